/**
 * Gives a class members that throw, where reading `undefined` would say little. `habits` are
 * remedies by space-separated names: `a()` throws when it is called, `a` when it is read or set; a
 * `*` in the remedy stands for the name in camel case. `where` is how programs call an instance.
 */
export function tellHabits(
  prototype: object,
  where: string,
  habits: Readonly<Record<string, string>>,
): void {
  for (const [names, remedy] of Object.entries(habits)) {
    for (const each of names.split(" ")) {
      const name = each.replace("()", "");
      const camel = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      if (name in prototype) throw new TypeError(`${where}.${name} is there already`);
      const tell = (): never => {
        throw new TypeError(`There is no ${where}.${each}: ${remedy.replaceAll("*", camel)}`);
      };
      Object.defineProperty(
        prototype,
        name,
        name === each
          ? {
            configurable: true,
            get: tell,
            set(value: unknown) {
              if (Object.getPrototypeOf(this) === prototype) tell();
              Object.defineProperty(this, name, { value, writable: true, configurable: true }); // for subclasses
            },
          }
          : { configurable: true, writable: true, value: tell },
      );
    }
  }
}
