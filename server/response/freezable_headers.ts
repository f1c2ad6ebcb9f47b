/** Headers that throw on a change after they were sent, where the platform's would ignore it. */
export class FreezableHeaders extends Headers {
  #frozen = false;

  freeze(): void {
    this.#frozen = true;
  }

  override append(name: string, value: string): void {
    this.#check(name);
    super.append(name, value);
  }

  override set(name: string, value: string): void {
    this.#check(name);
    super.set(name, value);
  }

  override delete(name: string): void {
    this.#check(name);
    super.delete(name);
  }

  #check(name: string): void {
    if (this.#frozen) {
      throw new TypeError(`Cannot change the header "${name}": the headers were sent by prepare()`);
    }
  }
}
