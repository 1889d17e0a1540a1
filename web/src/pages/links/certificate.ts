import { useQuery } from "@tanstack/react-query";
import { certificates, type Certificate } from "../../api/certificates";
import { t } from "../../i18n";

export function useCertificates() {
  return useQuery({
    queryKey: ["certificates"],
    queryFn: ({ signal }) => certificates.all(signal),
    meta: { types: ["equipment_certificate"] },
    refetchInterval: 10_000,
  });
}

/** The state of a certificate in one word: its end counts for more than that somebody trusted it. */
export function stateOf(one: Pick<Certificate, "state" | "stage">): string {
  if (one.stage === "expired") return "expired";
  if (one.state === "seen") return t("certs.undecided");
  return one.stage === "expiring" && one.state !== "distrusted" ? "expiring" : one.state;
}

/** A fingerprint in groups, so that two can be compared by eye. */
export function grouped(mark: string): string {
  return mark.match(/.{1,8}/g)?.join(" ") ?? mark;
}
