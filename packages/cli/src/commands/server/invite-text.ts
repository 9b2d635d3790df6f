/** The invite link for people: as text, and as a QR code for a camera. */
import { toString as toQrCode } from "qrcode";

/** Black on white whatever the terminal's colours are: not every camera reads the negative. */
const BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m";
const RESET = "\x1b[0m";

export async function inviteText({
  address,
  invite,
}: {
  readonly address: string;
  readonly invite: string;
}): Promise<string> {
  const lines = [
    `Listening on ${address} (UDP).`,
    "",
    "Whoever has this link can make an account here:",
    "",
    `  ${invite}`,
  ];
  if (process.stdout.isTTY) lines.push("", await qrCode(invite));
  return lines.join("\n");
}

async function qrCode(text: string): Promise<string> {
  const code = await toQrCode(text, { type: "utf8", errorCorrectionLevel: "L" });
  return code
    .replace(/\n+$/, "")
    .split("\n")
    .map((line) => `${BLACK_ON_WHITE}${line}${RESET}`)
    .join("\n");
}
