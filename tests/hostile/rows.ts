/**
 * The attacks and their expected results. The server's timeouts are a second each.
 * @module
 */
import type { Running } from "./_target.ts";
import { BREAKS } from "./breaks.ts";
import { FLOODS } from "./floods.ts";
import { KILLS } from "./kill.ts";
import { RAW } from "./raw.ts";
import { SLOW } from "./slow.ts";
import { WEBSOCKETS } from "./websockets.ts";

/** Figures of an attack. */
export type Figures = Readonly<Record<string, number>>;

/** One attack. */
export interface Row {
  readonly name: string;
  /** Runs the attack. */
  run(target: Running): Promise<Figures>;
  /** The figures as text. */
  show(figures: Figures): string;
  /** Whether the socket engine meets the expectations. */
  holds(figures: Figures): boolean;
  /** The same for the default engine, if it has expectations. */
  weaker?(figures: Figures): boolean;
  /** Whether pending writes have to be cut, which an executable of Deno before 2.9 cannot do. */
  readonly cutsWrites?: boolean;
  /** Limit of open files of the server. */
  readonly descriptors?: number;
  /** Whether it starts its own server and runs once for all. */
  readonly isOwn?: boolean;
  /** Whether it takes too long for the tests. */
  readonly isLong?: boolean;
}

/** All of them. */
export const ROWS: readonly Row[] = [
  ...SLOW,
  ...FLOODS,
  ...WEBSOCKETS,
  ...BREAKS,
  ...KILLS,
  ...RAW,
];
