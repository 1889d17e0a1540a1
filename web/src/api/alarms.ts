/** Alarms of devices, and people's answers to them. */
import { items } from "./endpoints";
import { http } from "./http";
import type { components } from "./schema";

type S = components["schemas"];
export type DeviceAlarm = S["AlarmOut"];
export type DeviceAlarmDetail = S["AlarmDetail"];

export interface Wanted {
  standing?: boolean;
  connection?: string;
  unit?: string[];
  start?: string;
  end?: string;
}

export const alarms = {
  list: async (wanted: Wanted, signal?: AbortSignal) => items<DeviceAlarm>(await http.get<unknown>("/api/equipment/alarms", { ...wanted }, signal)),
  one: (id: string, signal?: AbortSignal) => http.get<DeviceAlarmDetail>(`/api/equipment/alarms/${encodeURIComponent(id)}`, undefined, signal),
  answer: (id: string, kind: "acknowledge" | "confirm", body: S["Answer"]) => http.post<DeviceAlarm>(`/api/equipment/alarms/${encodeURIComponent(id)}/${kind}`, body),
};
