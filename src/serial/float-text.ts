/** A finite number as Python prints a float: `1.0`, `-0.0`, `1e+16`, `1e-05`. */
export function floatText(n: number): string {
  if (n === 0) return Object.is(n, -0) ? '-0.0' : '0.0'
  const size = Math.abs(n)
  if (size >= 1e16 || size < 1e-4) {
    return n.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  }
  const text = String(n)
  return text.includes('.') ? text : `${text}.0`
}

/** True for the numbers that are written as Python ints. */
export function isInt(n: number): boolean {
  return Number.isSafeInteger(n) && !Object.is(n, -0)
}
