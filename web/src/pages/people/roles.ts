/** The roles, in the order in which people name them. */
export const ROLES = ["operator", "analyst", "reviewer", "quality", "scientist", "process_owner", "automation", "steward", "administrator", "inspector"];
