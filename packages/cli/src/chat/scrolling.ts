/** Moving through rows that the screen has no room for. */
import { limits } from "../limits.ts";
import { layoutOf } from "./layout.ts";
import type { Effect, Model, Overlay, Step } from "./model.ts";
import { paneRows } from "./pane.ts";

/** Back to the newest message of the conversation: what came meanwhile counts as read. */
export function toNewest(model: Model): Step {
  const { open, below } = model;
  const effects: Effect[] = open !== undefined && below > 0 ? [{ kind: "read", conversation: open }] : [];
  return { model: { ...model, overlay: undefined, scroll: 0, below: 0 }, effects };
}

/** In place of the messages: from its top, but search results from the newest. */
export function showOverlay(model: Model, overlay: Overlay): Model {
  const shown = { ...model, overlay, scroll: 0 };
  return overlay.kind === "search" ? shown : scrollBy(shown, Number.POSITIVE_INFINITY).model;
}

/** Upwards when positive. At the top it asks for older messages; at the bottom everything counts as read. */
export function scrollBy(model: Model, rows: number): Step {
  const { bodyRows } = layoutOf(model);
  const most = Math.max(0, paneRows(model).length - bodyRows);
  const scroll = Math.min(Math.max(0, model.scroll + rows), most);
  const scrolled = { ...model, scroll };
  if (model.open === undefined || model.overlay !== undefined) return { model: scrolled, effects: [] };
  if (scroll === 0) return toNewest(scrolled);
  if (rows <= 0 || scroll < most || model.complete) return { model: scrolled, effects: [] };
  const older: Effect = { kind: "load", conversation: model.open, limit: model.views.length + limits.historyPage };
  return { model: scrolled, effects: [older] };
}

/** One row stays in sight, so that the eye finds its place. */
export function scrollByPages(model: Model, pages: number): Step {
  return scrollBy(model, pages * Math.max(1, layoutOf(model).bodyRows - 1));
}
