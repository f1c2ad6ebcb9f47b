/**
 * What a benchmark is: the types that every file in `cases/` fills in.
 */

import type { Child, Side } from "./process.ts";
import type { Command, Runtime, Tool } from "./contenders.ts";

/** A program and how to start it. */
export interface Program {
  readonly runtime: Runtime | Command;
  /** The path of the file below `contenders/`; commands are programs by themselves. */
  readonly file?: string;
  readonly args?: readonly string[];
  /** What must be installed beside the runtime. */
  readonly needs?: readonly Tool[];
}

/** One contender of one benchmark: a row of its table. */
export interface Row {
  /** Unique in its case; the row `ours` is the one that the others are compared with. */
  readonly id: string;
  readonly label: string;
  readonly program: Program;
  /** What `ours / this row` must reach (not exceed, where lower is better). */
  readonly goal?: number;
  /** What ours may take more than this row, in the case's unit: a goal too, where lower is better. */
  readonly atMostMore?: number;
}

/** A contender that is ready to be measured, round after round. */
export interface Running {
  /** The process whose memory is reported. */
  readonly child: Child;
  /** One round of about this many seconds; resolves to the figure in the case's unit. */
  measure(seconds: number): Promise<number>;
}

/** What a case may use to start its contenders. Everything started here ends with the case. */
export interface Bench {
  /** Starts a command on one of the two cores. */
  spawn(command: readonly string[], side: Side): Child;
  /** The command line of a program; `extra` goes after its own arguments. */
  command(program: Program, extra?: readonly string[]): Promise<string[]>;
  /** Starts `create` once for the whole case: what all contenders load or are loaded by. */
  shared<Value>(key: string, create: () => Promise<Value>): Promise<Value>;
}

/** One benchmark: one table. */
export interface BenchCase {
  /** What the command line calls it. */
  readonly name: string;
  /** What is measured, in up to 60 characters, which is what fits above a panel of the chart. */
  readonly title: string;
  /** How it is loaded. */
  readonly method: string;
  readonly unit: string;
  readonly better: "higher" | "lower";
  /** What must be installed for any of its rows to run. */
  readonly needs?: readonly Tool[];
  readonly rows: readonly Row[];
  /** Starts a row's program and waits until it can be measured. */
  open(row: Row, bench: Bench): Promise<Running>;
}
