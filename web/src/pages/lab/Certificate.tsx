import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api, contentAddress } from "../../api/endpoints";
import type { Certificate as CertificateShape } from "../../api/types";
import { exact } from "../../format/number";
import { short } from "../../format/words";
import { t } from "../../i18n";
import { BundleButton, DownloadButton } from "../../parts/Download";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { useBatchNumbers } from "../../parts/people";
import { SignButton } from "../../parts/SignDialog";
import { Signatures } from "../../parts/Signatures";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes } from "../../parts/TimeStamp";

interface Line {
  analysis: string;
  title: string;
  method: string;
  limit: string;
  result: string;
  unit: string | null;
  outcome: string;
  sample: string;
  result_id: string;
  redetermined: boolean;
}

interface Content {
  specification: string;
  material: string;
  market: string;
  results: Line[];
  investigations: string[];
  contract_certificates: { number: string; laboratory: string; reference: string; digest: string }[];
  conforms: boolean;
}

/** The certificate of analysis. Each number is a link to where it comes from. */
export default function Certificate() {
  const { id } = useParams({ strict: false }) as { id: string };
  const found = useQuery({ queryKey: ["certificate", id], queryFn: ({ signal }) => api.certificate(id, signal), meta: { types: ["lims_certificate"] } });
  return (
    <Asked query={found} lines={10}>
      {(certificate) => <Body certificate={certificate} />}
    </Asked>
  );
}

function Body({ certificate: c }: { certificate: CertificateShape }) {
  const content = c.content as unknown as Content;
  const number = useBatchNumbers();
  const investigations = useQuery({
    queryKey: ["investigations", c.batch_id ?? ""],
    queryFn: ({ signal }) => api.investigations({ batch_id: c.batch_id ?? undefined }, signal),
    enabled: content.investigations.length > 0,
    meta: { types: ["lims_investigation"] },
  });
  return (
    <>
      <PageHead
        title={t("certificate.title", { number: c.number })}
        state={<StateBadge state={c.state} tone={c.state === "issued" ? "done" : undefined} />}
        sub={c.batch_id ? <Link to="/batches/$id" params={{ id: c.batch_id }}>{number(c.batch_id)}</Link> : null}
        right={
          <>
            {c.state === "draft" ? <SignButton label={t("certificate.issue")} request={{ record_type: "lims_certificate", record_id: c.id, meaning: "issued", data: {} }} /> : null}
            <DownloadButton address={`/api/lims/certificates/${encodeURIComponent(c.id)}/certificate.pdf`} name={`${c.number}.pdf`} label={t("certificate.pdf")} />
            <BundleButton record_type="lims_certificate" record_id={c.id} name={c.number} />
          </>
        }
      />
      <div className="stack-l">
        <Panel>
          <Facts
            of={[
              [t("certificate.material"), content.material],
              [t("certificate.specification"), content.specification],
              [t("certificate.conforms"), <StateBadge key="c" state={content.conforms ? "pass" : "fail"} word={content.conforms ? t("certificate.yes") : t("certificate.no")} />],
              [t("time.recorded"), <BothTimes key="t" plant={c.process_at} server={c.recorded_at} />],
              [t("sign.digest"), <span key="d" className="mono" title={c.digest}>{short(c.digest)}</span>],
            ]}
          />
        </Panel>
        <Panel title={t("certificate.results")} flush right={<span className="muted">{t("certificate.follow")}</span>}>
          {content.results.length === 0 ? (
            <EmptyState title={t("certificate.empty")} />
          ) : (
            <div className="table-scroll" tabIndex={0} role="region" aria-label={t("certificate.results")}>
              <table className="table">
                <thead>
                  <tr>
                    {["certificate.test", "certificate.method", "certificate.limit", "certificate.result", "certificate.outcome", "certificate.sample"].map((k) => (
                      <th key={k} scope="col" className="pad">
                        {t(k as "certificate.test")}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {content.results.map((r) => (
                    <tr key={r.result_id}>
                      <td>{r.title}</td>
                      <td className="nowrap">{r.method}</td>
                      <td>{r.limit}</td>
                      <td className="nowrap">
                        <Link to="/lab/results/$id" params={{ id: r.result_id }} className="tabular" style={{ fontWeight: 600 }}>
                          {exact(r.result, r.unit)}
                        </Link>
                        {r.redetermined ? <span className="muted"> {t("certificate.redetermined")}</span> : null}
                      </td>
                      <td>
                        <StateBadge state={r.outcome} />
                      </td>
                      <td className="nowrap">{r.sample}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Panel>
        {content.investigations.length > 0 ? (
          <Panel title={t("certificate.investigations")}>
            <ul className="stack">
              {content.investigations.map((name) => {
                const one = investigations.data?.find((i) => i.number === name);
                return (
                  <li key={name}>
                    {one ? (
                      <>
                        <Link to="/lab/results/$id" params={{ id: one.result_id }}>{name}</Link> {one.title} <span className="muted">{one.assignable_cause}</span>
                      </>
                    ) : (
                      name
                    )}
                  </li>
                );
              })}
            </ul>
          </Panel>
        ) : null}
        {content.contract_certificates.length > 0 ? (
          <Panel title={t("certificate.contract")}>
            <ul className="stack">
              {content.contract_certificates.map((x) => (
                <li key={x.number}>
                  {x.number}, {x.laboratory}, {x.reference}:{" "}
                  <a href={contentAddress(x.digest)} download={`${x.number}.pdf`}>
                    {t("certificate.original")}
                  </a>{" "}
                  <span className="mono muted">{t("lab.sha_256")} {x.digest}</span>
                </li>
              ))}
            </ul>
          </Panel>
        ) : null}
        <Signatures record_type="lims_certificate" record_id={c.id} />
      </div>
    </>
  );
}
