import { useQuery } from "@tanstack/react-query";
import { api } from "../api/endpoints";
import { useSession } from "../api/session";

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** Full names for person ids; what is a name already stays; the id's end where nothing is known. */
export function usePeople(): (id: string | null | undefined) => string {
  const people = useQuery({ queryKey: ["people"], queryFn: ({ signal }) => api.people(signal), meta: { types: ["record_person"] }, staleTime: 300_000 });
  const names = new Map((people.data ?? []).map((p) => [p.id, p.full_name]));
  return (id) => (id ? (names.get(id) ?? (UUID.test(id) ? id.slice(-8) : id)) : "–");
}

/** Numbers that people read for batch ids; quality knows them too where the plant floor is switched off. */
export function useBatchNumbers(): (id: string | null | undefined) => string {
  const { installation } = useSession();
  const floor = installation.layers.includes("mes");
  const batches = useQuery({ queryKey: ["batches"], queryFn: ({ signal }) => api.batches(signal), enabled: floor, meta: { types: ["mes_batch"] } });
  const dispositions = useQuery({ queryKey: ["dispositions"], queryFn: ({ signal }) => api.dispositions(signal), enabled: !floor, meta: { types: ["quality_"] } });
  const numbers = new Map([...(batches.data ?? []).map((b) => [b.id, b.number] as const), ...(dispositions.data ?? []).map((d) => [d.batch_id, d.batch_number] as const)]);
  return (id) => (id ? (numbers.get(id) ?? id.slice(-8)) : "–");
}
