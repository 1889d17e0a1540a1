import type { Person } from "../../api/session";
import type { Task } from "../../api/types";

const WITNESSES = ["operator", "reviewer", "process_owner"];

/** Whether a task waits for this person: for their role, or for a witness who is not the one that did it. */
export function isMine(task: Pick<Task, "state" | "role" | "form" | "entered_by">, person: Pick<Person, "id" | "roles">): boolean {
  if (task.state === "offered") return task.role === "" || person.roles.includes(task.role);
  if (task.state === "entered" && task.form.witness) return task.entered_by !== person.id && person.roles.some((r) => WITNESSES.includes(r));
  return false;
}
