export { limits, type ServerLimits } from "./limits.ts";
