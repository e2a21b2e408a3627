/** Where to go next: a place of ours, whatever the form or the address says. */
export function placeOf(text: string | null): string {
  return text !== null && /^\/(?![/\\])/.test(text) ? text : '/'
}
