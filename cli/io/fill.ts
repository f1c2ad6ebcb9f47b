/** Fills the places of a template, `@name@`. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/@(\w+)@/g, (place, name: string) => values[name] ?? place);
}
