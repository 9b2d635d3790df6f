/** Where profiles and the server keep their files: the platform's folder for application data. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

export function profileFolder(given: string | undefined, env: Environment = process.env): string {
  return resolve(given ?? nonEmpty(env["QPC_PROFILE"]) ?? join(platformFolder(env), "profile"));
}

export function serverFolder(given: string | undefined, env: Environment = process.env): string {
  return resolve(given ?? nonEmpty(env["QPC_DATA"]) ?? join(platformFolder(env), "server"));
}

function platformFolder(env: Environment): string {
  return join(applicationData(env), "quicprochat");
}

function applicationData(env: Environment): string {
  const { platform } = process;
  if (platform === "win32") return nonEmpty(env["LOCALAPPDATA"]) ?? join(homedir(), "AppData", "Local");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support");
  return nonEmpty(env["XDG_DATA_HOME"]) ?? join(homedir(), ".local", "share");
}

const nonEmpty = (value: string | undefined): string | undefined => (value === "" ? undefined : value);
