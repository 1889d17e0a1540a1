import type { Entry } from "../../api/types";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { changes, type Names } from "./sentence";

/** What an entry changed, field by field: before and after, struck and underlined as well as side by side. */
export function Changes({ entry, names }: { entry: Pick<Entry, "before" | "after">; names: Names }) {
  const all = changes(entry);
  if (all.length === 0) return <p className="muted">{t("trail.nochange")}</p>;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t("word.changed")}>
      <table className="table" data-compact>
        <thead>
          <tr>
            <th scope="col" className="pad">{t("trail.field")}</th>
            {entry.before === null ? null : <th scope="col" className="pad">{t("trail.before")}</th>}
            <th scope="col" className="pad">{t("trail.after")}</th>
          </tr>
        </thead>
        <tbody className="diff">
          {all.map((c) => (
            <tr key={c.field}>
              <td className="muted nowrap">{label(c.field)}</td>
              {entry.before === null ? null : (
                <td>
                  <del>
                    <ContentView content={c.before} names={names} />
                  </del>
                </td>
              )}
              <td>
                {entry.before === null ? (
                  <ContentView content={c.after} names={names} />
                ) : (
                  <ins>
                    <ContentView content={c.after} names={names} />
                  </ins>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
