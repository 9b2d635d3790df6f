import assert from "node:assert/strict";
import { test } from "node:test";
import { direct, group, message, Story, storyOf } from "../../test/story.ts";
import { draftText } from "../terminal/line-editor.ts";
import type { Effect } from "./model.ts";

const kinds = (effects: readonly Effect[]): string[] => effects.map(({ kind }) => kind);
const shift = (letter: string): string => `\x1b[1;2${letter}`;

test("Enter sends what was typed to the open conversation, and empties the input", () => {
  const story = storyOf([direct("bob")]).types("Hello, Bob\r");
  assert.deepEqual(story.takeEffects(), [{ kind: "post", conversation: "bob", text: "Hello, Bob" }]);
  assert.equal(draftText(story.model.draft), "");
  assert.deepEqual(story.types("\r  \r").takeEffects(), []);
});

test("a message of several lines is one message", () => {
  const story = storyOf([direct("bob")]).types("one\ntwo\x1b\rthree\r");
  assert.deepEqual(story.takeEffects(), [{ kind: "post", conversation: "bob", text: "one\ntwo\nthree" }]);
});

test("a paste is not sent before Enter, whatever line breaks it has", () => {
  const story = storyOf([direct("bob")]).types("\x1b[200~one\rtwo\r\x1b[201~");
  assert.deepEqual(story.takeEffects(), []);
  assert.deepEqual(story.types("\r").takeEffects(), [{ kind: "post", conversation: "bob", text: "one\ntwo" }]);
});

test("a message shows when it comes, once, and in its newest state", () => {
  const story = storyOf([direct("bob")]);
  const view = message("bob", "on its way", { from: "alice", state: "pending" });
  story.happens({ kind: "message", view }, { kind: "message", view: { ...view, state: "stored" } });
  assert.deepEqual(
    story.model.views.map(({ state }) => state),
    ["stored"],
  );
});

test("what is seen counts as read; what is in another conversation does not", () => {
  const story = storyOf([direct("bob"), direct("carol")]);
  story.happens({ kind: "message", view: message("bob", "seen") });
  assert.deepEqual(story.takeEffects(), [{ kind: "read", conversation: "bob" }]);
  story.happens({ kind: "message", view: message("carol", "elsewhere", { from: "carol" }) });
  assert.deepEqual(story.takeEffects(), []);
});

test("whoever reads older messages keeps them in sight, and is told of new ones", () => {
  const story = storyOf(
    [direct("bob")],
    Array.from({ length: 60 }, (_, index) => `text ${index}.`),
  );
  const before = story.types("\x1b[5~").rows().slice(1, 21);
  story.happens({ kind: "message", view: message("bob", "new\nwith\nlines") });
  assert.deepEqual(story.rows().slice(1, 21), before);
  assert.deepEqual(story.takeEffects(), []);
  assert.ok(story.screen().includes("↓ 1 new"));
  assert.deepEqual(story.types("\x1b[6~\x1b[6~").takeEffects(), [{ kind: "read", conversation: "bob" }]);
  assert.ok(!story.screen().includes("↓"));
});

test("what comes behind the help counts as read when one returns to the messages", () => {
  for (const back of ["\x1b", "\r", "hi\r"]) {
    const story = storyOf([direct("bob")]).types("\x1bOP");
    story.happens({ kind: "message", view: message("bob", "meanwhile") });
    assert.deepEqual(story.takeEffects(), []);
    assert.ok(story.screen().includes("↓ 1 new"));
    assert.ok(kinds(story.types(back).takeEffects()).includes("read"), JSON.stringify(back));
    assert.ok(story.screen().includes("meanwhile"));
  }
});

test("scrolled to the top, one gets older messages as long as there are some", () => {
  const story = storyOf([direct("bob")]);
  const views = Array.from({ length: 60 }, (_, index) => message("bob", `text ${index}.`));
  story.happens({ kind: "loaded", conversation: "bob", views, complete: false });
  story.types("\x1b[5~".repeat(6));
  const loads = story.takeEffects();
  assert.ok(loads.length > 0 && loads.every((effect) => effect.kind === "load" && effect.limit > 60));
  story.happens({ kind: "loaded", conversation: "bob", views, complete: true });
  assert.deepEqual(story.types("\x1b[5~").takeEffects(), []);
});

test("a row at a time goes by Shift", () => {
  const story = storyOf(
    [direct("bob")],
    Array.from({ length: 60 }, (_, index) => `text ${index}.`),
  );
  assert.equal(story.types(shift("A") + shift("A") + shift("B")).model.scroll, 1);
});

test("one goes through the conversations around their ends, and by number", () => {
  const story = storyOf([direct("bob"), direct("carol"), direct("dave")]);
  const opened = ["\t", "\t", "\t", "\x1b[Z", "\x1b2", "\x1b9", "\x1b[1;3A"].map((key) => story.types(key).model.open);
  assert.deepEqual(opened, ["carol", "dave", "bob", "dave", "carol", "carol", "bob"]);
  assert.deepEqual(kinds(story.takeEffects()).slice(0, 2), ["load", "read"]);
});

test("one key leads to the next unread conversation", () => {
  const story = storyOf([direct("bob"), direct("carol"), direct("dave", { unread: 1 })]).types("\x1ba");
  assert.equal(story.model.open, "dave");
});

test("a draft waits in its conversation", () => {
  const story = storyOf([direct("bob"), direct("carol")]).types("for bob\tfor carol\t");
  assert.equal(draftText(story.model.draft), "for bob");
  assert.equal(draftText(story.types("\t").model.draft), "for carol");
});

test("a loaded history that comes late does not show in another conversation", () => {
  const story = storyOf([direct("bob"), direct("carol")]).types("\t");
  story.happens({ kind: "loaded", conversation: "bob", views: [message("bob", "late")], complete: true });
  assert.deepEqual(story.model.views, []);
});

test("the list goes by the latest message, and the open conversation stays open", () => {
  const story = storyOf([direct("bob"), direct("carol")]);
  const lastMessage = message("carol", "news", { from: "carol" });
  story.happens({ kind: "conversations", conversations: [direct("bob"), direct("carol", { lastMessage, unread: 1 })] });
  assert.deepEqual(
    story.model.conversations.map(({ title }) => title),
    ["carol", "bob"],
  );
  assert.equal(story.model.open, "bob");
});

test("when the open conversation is gone, another one opens, or none", () => {
  const story = storyOf([direct("bob"), direct("carol")]);
  assert.equal(story.happens({ kind: "conversations", conversations: [direct("carol")] }).model.open, "carol");
  assert.equal(story.happens({ kind: "conversations", conversations: [] }).model.open, undefined);
});

test("Up brings back what was entered, Down leads to the empty input", () => {
  const story = storyOf([direct("bob")]).types("one\rtwo\r");
  const drafts = ["\x1b[A", "\x1b[A", "\x1b[A", "\x1b[B", "\x1b[B"].map((key) =>
    draftText(story.types(key).model.draft),
  );
  assert.deepEqual(drafts, ["two", "one", "one", "two", ""]);
  assert.equal(draftText(story.types("begun\x1b[A").model.draft), "begun");
});

test("Ctrl-C clears the input first, and leaves only then; Ctrl-Q leaves at once", () => {
  const story = storyOf([direct("bob")]).types("text\x03");
  assert.deepEqual([draftText(story.model.draft), story.takeEffects()], ["", []]);
  assert.deepEqual(story.types("\x03").takeEffects(), [{ kind: "quit" }]);
  assert.deepEqual(story.types("text\x11").takeEffects(), [{ kind: "quit" }]);
  assert.deepEqual(storyOf([]).types("\x04").takeEffects(), [{ kind: "quit" }]);
  assert.deepEqual(storyOf([]).types("x\x04").takeEffects(), []);
  assert.deepEqual(storyOf([]).types("\x0c").takeEffects(), [{ kind: "redraw" }]);
});

test("commands ask for what they say", () => {
  const friends = group("friends", ["alice", "bob"]);
  for (const [line, effect] of [
    ["/dm carol", { kind: "direct", name: "carol" }],
    ['/group "the climbers" bob carol', { kind: "group", title: "the climbers", names: ["bob", "carol"] }],
    ["/add dave erin", { kind: "add", conversation: "friends", names: ["dave", "erin"] }],
    ["/members", { kind: "members", conversation: "friends" }],
    ["/search the rope", { kind: "search", conversation: "friends", words: "the rope" }],
    ["//not a command", { kind: "post", conversation: "friends", text: "/not a command" }],
    ["/quit", { kind: "quit" }],
  ] as const) {
    assert.deepEqual(storyOf([friends]).types(`${line}\r`).takeEffects(), [effect], line);
  }
});

test("what goes wrong is said and stays in the input", () => {
  for (const [line, text] of [
    ["/nonsense", /no command \/nonsense/],
    ["/mebmers", /Did you mean \/members/],
    ["/dm", /It goes like this: \/dm NAME/],
    ["/add carol", /Two people talk here/],
    ["/invite", /server's owner/],
  ] as const) {
    const story = storyOf([direct("bob")]).types(`${line}\r`);
    assert.deepEqual(story.takeEffects(), []);
    assert.match(story.model.notice?.text ?? "", text);
    assert.equal(draftText(story.model.draft), line);
  }
  assert.match(new Story().types("hello\r").model.notice?.text ?? "", /nobody here yet/);
});

test("shortcuts begin a command, but not over a message", () => {
  const story = storyOf([direct("bob")]);
  assert.equal(draftText(story.types("\x0e").model.draft), "/dm ");
  assert.equal(draftText(story.types("\x12").model.draft), "/search ");
  story.types("\x03a message\x0e");
  assert.equal(draftText(story.model.draft), "a message");
  assert.match(story.model.notice?.text ?? "", /Send the text first/);
});

test("Tab completes commands and names where there is one way only", () => {
  const story = storyOf([group("friends", ["alice", "bob", "bert"])]);
  assert.equal(draftText(story.types("/se\t").model.draft), "/search ");
  assert.equal(draftText(story.types("\x03/dm bo\t").model.draft), "/dm bob ");
  assert.equal(draftText(story.types("\x03/dm b\t").model.draft), "/dm b");
});

test("a conversation that was asked for opens when it is there", () => {
  const story = storyOf([direct("bob")]);
  story.happens({ kind: "conversations", conversations: [direct("bob"), direct("carol")] });
  story.happens({ kind: "chosen", conversation: "carol" });
  assert.equal(story.model.open, "carol");
  assert.deepEqual(kinds(story.takeEffects()), ["load", "read"]);
});

test("another size keeps the place, as far as there is one", () => {
  const story = storyOf(
    [direct("bob")],
    Array.from({ length: 60 }, (_, index) => `text ${index}.`),
  ).types("\x1b[5~");
  assert.ok(story.happens({ kind: "resized", size: { columns: 100, rows: 30 } }).model.scroll > 0);
  assert.equal(story.happens({ kind: "resized", size: { columns: 100, rows: 100 } }).model.scroll, 0);
});
