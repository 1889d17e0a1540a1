import { Tooltip } from "@mantine/core";
import { offset, relative, stamp, type Precision } from "../format/time";
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
