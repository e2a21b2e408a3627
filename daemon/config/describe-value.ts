/** Longer texts are cut in an error. */
const MAX_LENGTH = 200

/** A value as an error shows it: JSON where there is one, never long. */
export function describeValue(value: unknown): string {
  const text = toText(value)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}

function toText(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  try {
    // Undefined for a symbol and the like, whatever its type says.
    const json: unknown = JSON.stringify(value)
    return typeof json === 'string' ? json : String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
