import { Tooltip } from "@mantine/core";
import { offset, relative, stamp, type Precision } from "../format/time";
import { t } from "../i18n";
import { useZone } from "./zone";

interface Props {
  /** The instant on the process clock (plant time); in a live installation the same as the server's. */
  at: string | number | null | undefined;
  /** The instant on the server's clock, when the record bears both. */
  server?: string | null;
  precision?: Precision;
  /** The process clock's now: shows "00:12 ago" beside the absolute time. */
  now?: number;
}

/** An instant in the plant's zone; plant time and server UTC, never merged, on hover and on focus. */
export function TimeStamp({ at, server, precision = "minute", now }: Props) {
  const zone = useZone();
  if (at === null || at === undefined || at === "") return <span className="muted">–</span>;
  const shown = stamp(at, zone, precision);
  return (
    <Tooltip
      label={
        <span className="tabular">
          Plant {stamp(at, zone)} {zone} ({offset(at, zone)})
          <br />
          Plant, UTC {stamp(at, "UTC")}
          {server ? (
            <>
              <br />
              Server UTC {stamp(server, "UTC")}
            </>
          ) : null}
        </span>
      }
    >
      <time className="tabular stamp" dateTime={typeof at === "number" ? new Date(at).toISOString() : at}>
        {shown}
        {now !== undefined ? <span className="muted"> · {relative(at, now)}</span> : null}
      </time>
    </Tooltip>
  );
}

/** Both clocks of a record, one below the other, each with its name: they are never merged. */
export function BothTimes({ plant, server, precision = "second" }: { plant: string | null | undefined; server: string | null | undefined; precision?: Precision }) {
  const zone = useZone();
  return (
    <span className="both-times tabular">
      <span>
        <span className="muted">{t("time.plant")}</span> {stamp(plant, zone, precision)} {zone === "UTC" ? "UTC" : zone}
      </span>
      <span>
        <span className="muted">{t("time.server")}</span> {stamp(server, "UTC", precision)} UTC
      </span>
    </span>
  );
}
