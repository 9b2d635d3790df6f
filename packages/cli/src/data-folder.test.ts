import assert from "node:assert/strict";
import { isAbsolute, resolve } from "node:path";
import { test } from "node:test";
import { profileFolder, serverFolder } from "./data-folder.ts";

test("what was given goes before the environment, and that before the platform's folder", () => {
  const env = { QPC_PROFILE: "/env/profile", QPC_DATA: "/env/data", XDG_DATA_HOME: "/xdg", LOCALAPPDATA: "/local" };
  assert.equal(profileFolder("given", env), resolve("given"));
  assert.equal(serverFolder("given", env), resolve("given"));
  assert.equal(profileFolder(undefined, env), resolve("/env/profile"));
  assert.equal(serverFolder(undefined, env), resolve("/env/data"));
});

test("an empty variable counts as none", () => {
  assert.equal(profileFolder(undefined, { QPC_PROFILE: "" }), profileFolder(undefined, {}));
  assert.equal(serverFolder(undefined, { QPC_DATA: "", XDG_DATA_HOME: "" }), serverFolder(undefined, {}));
});

test("profile and server do not share a folder, and neither depends on where one stands", () => {
  const [profile, server] = [profileFolder(undefined, {}), serverFolder(undefined, {})];
  assert.ok(isAbsolute(profile) && isAbsolute(server));
  assert.notEqual(profile, server);
});
