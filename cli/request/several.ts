import { CommandError } from "../errors/errors.ts";
import { writeErr } from "../io/output.ts";
import { visibleText } from "../io/visible_text.ts";

/** Sends requests, `limit` at a time, which print in turn; returns the first code that is not 0. */
export async function sendAll<Item>(
  items: readonly Item[],
  send: (item: Item, turn: Promise<void>) => Promise<number>,
  limit: number,
): Promise<number> {
  let turn = Promise.resolve();
  const running = new Set<Promise<void>>();
  const codes: number[] = [];
  let failure: unknown = null;
  for (const [at, item] of items.entries()) {
    if (running.size >= limit) await Promise.race(running);
    if (failure !== null) break;
    const mine = turn;
    const ended = (async () => {
      try {
        codes[at] = await send(item, mine);
      } catch (error) {
        if (!(error instanceof CommandError)) failure ??= error;
        await mine;
        codes[at] = error instanceof CommandError ? error.exitCode : 1;
        if (failure === null) {
          await writeErr(visibleText(`roundtrip: error: ${(error as Error).message}\n`));
        }
      }
      await mine;
    })();
    turn = ended;
    running.add(ended);
    ended.then(() => running.delete(ended));
  }
  await turn;
  if (failure !== null) throw failure;
  return codes.find((code) => code !== 0) ?? 0;
}
