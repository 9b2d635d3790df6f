/** Which end of a connection this is. */

export type Role = "client" | "server";

export const otherRole = (role: Role): Role => (role === "client" ? "server" : "client");
