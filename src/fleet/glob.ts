/**
 * Whether a text is one that a pattern stands for: `*` is any characters, `?` any one, all others themselves. Takes time
 * in proportion to pattern and text, however many stars there are in a row.
 */
export function matchesGlob(text: string, pattern: string): boolean {
  const wanted = Array.from(pattern)
  const found = Array.from(text)
  let at = 0
  let i = 0
  /** The last star, and where what it stands for began to end. */
  let star = -1
  let resume = 0
  while (at < found.length) {
    if (wanted[i] === '*') {
      star = i++
      resume = at
    } else if (i < wanted.length && (wanted[i] === '?' || wanted[i] === found[at])) {
      i++
      at++
    } else if (star >= 0) {
      i = star + 1
      at = ++resume
    } else {
      return false
    }
  }
  while (wanted[i] === '*') i++
  return i === wanted.length
}
