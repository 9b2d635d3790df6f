/** `qpc group ...`: groups and who is in them. */
import type { Invocation } from "../invocation.ts";
import { withEngine } from "../session.ts";
import { printableLine } from "../terminal/text.ts";

export async function createGroup(invocation: Invocation): Promise<void> {
  const [title = "", ...names] = invocation.operands;
  await withEngine(invocation, { online: true }, async (engine) => {
    const { conversation, members } = await engine.createGroup(title, names);
    invocation.output.result({ conversation, title, members }, conversation);
  });
}

export async function addToGroup(invocation: Invocation): Promise<void> {
  const [group = "", ...names] = invocation.operands;
  await withEngine(invocation, { online: true }, async (engine) => {
    const conversation = engine.resolve(group);
    const { epoch } = await engine.addMembers(conversation, names);
    invocation.output.result({ conversation, epoch }, `Added ${names.join(", ")}.`);
  });
}

export async function listMembers(invocation: Invocation): Promise<void> {
  const [group = ""] = invocation.operands;
  await withEngine(invocation, { online: false }, (engine) => {
    const members = engine.members(engine.resolve(group));
    invocation.output.results(
      members.map((member) => ({
        line: member,
        text: `${printableLine(member.user)} ${member.role} ${member.device}`,
      })),
    );
  });
}

export async function listConversations(invocation: Invocation): Promise<void> {
  await withEngine(invocation, { online: false }, (engine) => {
    const results = engine
      .conversations()
      .map(({ conversation, kind, title, members, unread, epoch, unconfirmed = [] }) => ({
        line: { conversation, kind, title, members, unread, epoch, unconfirmed },
        text: `${conversation} ${kind} ${printableLine(title)} (${memberNames(members, unconfirmed)}), ${unread} unread`,
      }));
    invocation.output.results(results);
  });
}

/** The server's directory has not vouched for the unconfirmed ones yet. */
const memberNames = (members: readonly string[], unconfirmed: readonly string[]): string =>
  members.map((name) => `${printableLine(name)}${unconfirmed.includes(name) ? " (unconfirmed)" : ""}`).join(", ");
