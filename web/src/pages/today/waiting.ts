import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/endpoints";

const TYPES = ["record_access_event", "record_person", "insight_alert", "twin_proposal", "quality_", "lims_run", "lims_test", "lims_result", "lims_sample", "lims_investigation", "lims_certificate", "lims_contract_certificate", "lims_design", "mes_task", "mes_recipe", "equipment_connection", "equipment_certificate", "material_lot"];

/** What waits for the person who is logged in, the most urgent first; asked anew when the event stream says so. */
export function useWaiting() {
  return useQuery({ queryKey: ["waiting"], queryFn: ({ signal }) => api.waiting(signal), meta: { types: TYPES }, retry: false, refetchInterval: 20_000 });
}

/** How much of it may be done now. */
export function useReady(): number {
  return (useWaiting().data ?? []).filter((w) => w.ready).length;
}
