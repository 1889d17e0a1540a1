import { useQuery } from "@tanstack/react-query";
import { certificates, type Certificate } from "../../api/certificates";
import { t } from "../../i18n";

export function useCertificates() {
  return useQuery({
    queryKey: ["certificates"],
    queryFn: ({ signal }) => certificates.all(signal),
    meta: { types: ["equipment_certificate", "equipment_revocation_list"] },
    refetchInterval: 10_000,
  });
}

/** The state of a certificate in one word: its end counts for more than that somebody trusted it. */
export function stateOf(one: Pick<Certificate, "state" | "stage">): string {
  if (one.stage === "expired") return "expired";
  if (one.state === "seen") return t("certs.undecided");
  return one.stage === "expiring" && one.state !== "distrusted" ? "expiring" : one.state;
}

/** Who issued a certificate; whether anybody but itself did. */
export function issuerOf(one: Pick<Certificate, "issuer" | "subject">): string {
  return one.issuer === one.subject ? t("certs.by_itself") : one.issuer;
}

/** Whether a list of what was taken back may be asked of anybody: an authority, or one that is trusted here issued it. */
export function listed(one: Pick<Certificate, "authority" | "issued_by">): boolean {
  return one.authority || one.issued_by !== "";
}

/** What is here of a revocation list, to sort and to find by. */
export function listOf(one: Certificate): string {
  return one.revocation_list ? (one.revocation_list.until ?? "") : listed(one) ? t("certs.list_none") : "";
}

/** A fingerprint in groups, so that two can be compared by eye. */
export function grouped(mark: string): string {
  return mark.match(/.{1,8}/g)?.join(" ") ?? mark;
}
