/** Headers that throw on a change after they were sent, where the platform's would ignore it. */
export class FreezableHeaders extends Headers {
  #frozen = false;

  /** Freezes them. */
  freeze(): void {
    this.#frozen = true;
  }

  /**
   * Adds a value.
   * @throws {TypeError} If the headers were sent.
   */
  override append(name: string, value: string): void {
    this.#check(name);
    super.append(name, value);
  }

  /**
   * Replaces the values of a header.
   * @throws {TypeError} If the headers were sent.
   */
  override set(name: string, value: string): void {
    this.#check(name);
    super.set(name, value);
  }

  /**
   * Removes a header.
   * @throws {TypeError} If the headers were sent.
   */
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
