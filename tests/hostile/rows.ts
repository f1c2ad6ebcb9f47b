/**
 * What is done to a server, with what must come of it. The limits of time of the server are a second
 * each.
 * @module
 */
import type { Running, Target } from "./_target.ts";
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
  /** Attacks a server. */
  run(target: Running): Promise<Figures>;
  /** The figures in words. */
  show(figures: Figures): string;
  /** Whether the engine over sockets has kept its promise. */
  holds(figures: Figures, target: Target): boolean;
  /** The same for the default engine, whose promises are fewer; left out where it has none. */
  weaker?(figures: Figures, target: Target): boolean;
  /** How many files the server may open. */
  readonly descriptors?: number;
  /** Whether it starts a server of its own, so that one run says all. */
  readonly isOwn?: boolean;
  /** Whether only the whole suite runs it, because it takes more than some seconds. */
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
