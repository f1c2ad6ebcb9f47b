import { Resource, segmentsOf } from "./resource.ts";
import type { AbstractResource } from "./route.ts";

const FEW = 8; // resources up to which asking each one is as fast as looking some up

interface Entry {
  readonly order: number;
  readonly resource: AbstractResource;
}

/** Templates with as many segments, fixed ones at the same places. */
interface Shape {
  readonly places: readonly number[];
  readonly entries: Map<string, Entry[]>; // by their fixed segments, joined by "/"
}

/** Resources with one fixed part, `/` for `/{org}/issues`; many are looked up by fixed segments. */
export class Bucket {
  readonly #all: AbstractResource[] = [];
  readonly #shapes = new Map<number, Shape[]>(); // by number of segments
  /** Those that may match any path: regular expressions, applications, resources of others. */
  readonly #others: Entry[] = [];

  add(resource: AbstractResource): void {
    const entry = { order: this.#all.push(resource), resource };
    const segments = resource instanceof Resource ? segmentsOf(resource) : null;
    if (segments === null) {
      this.#others.push(entry);
      return;
    }
    const places = [...segments.keys()].filter((at) => segments[at] !== null);
    const shapes = this.#shapes.get(segments.length) ?? [];
    this.#shapes.set(segments.length, shapes);
    let shape = shapes.find((each) => each.places.join() === places.join());
    if (shape === undefined) shapes.push(shape = { places, entries: new Map() });
    const key = keyOf(shape.places, segments);
    shape.entries.set(key, [...shape.entries.get(key) ?? [], entry]);
  }

  /** The resources that a path may match, in the order of registration. */
  candidates(path: string): readonly AbstractResource[] {
    if (this.#all.length <= FEW) return this.#all;
    const found = [...this.#others];
    const segments = path.split("/");
    for (const { places, entries } of this.#shapes.get(segments.length) ?? []) {
      found.push(...entries.get(keyOf(places, segments)) ?? []);
    }
    return found.sort((a, b) => a.order - b.order).map(({ resource }) => resource);
  }
}

function keyOf(places: readonly number[], segments: readonly (string | null)[]): string {
  return places.map((at) => segments[at]).join("/");
}
