/** Marks a value that is not what it looks like. */
const MARK = 'json:'

/**
 * A value for a field of a form or an address. Browsers send any line break as CR LF: a name that has one would come back
 * as another name.
 */
export function formValue(value: string): string {
  return /[\r\n]/.test(value) || value.startsWith(MARK) ? MARK + JSON.stringify(value) : value
}

/** What `formValue` has been given; anything else stays as it is. */
export function plainValue(value: string): string {
  if (!value.startsWith(MARK)) return value
  try {
    const plain: unknown = JSON.parse(value.slice(MARK.length))
    return typeof plain === 'string' ? plain : value
  } catch {
    return value
  }
}

/** Fields as they are meant. */
export function plainFields(fields: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...fields].map(([name, value]): [string, string] => [name, plainValue(value)]))
}
