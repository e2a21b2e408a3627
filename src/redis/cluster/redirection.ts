/** What a node of a cluster says of a command that it has not executed. */
export type Redirection =
  /** The slot is another node's: from now on, or for this command while the slot moves. */
  | { readonly kind: 'moved' | 'ask'; readonly host: string; readonly port: number }
  /** The slot moves: the same may go well in a moment. */
  | { readonly kind: 'again' }
  /** The node sees no cluster that serves the slot: that may be so, or it is cut off and the others have a new master. */
  | { readonly kind: 'down' }

/**
 * Read an error of a node. An empty host stands for the node that says it.
 * @returns undefined if the error says anything else, and so nothing of whether the command was executed
 */
export function readRedirection(error: Error): Redirection | undefined {
  const [, kind, place = ''] = /^(MOVED|ASK) \d+ (\S+)$/.exec(error.message) ?? []
  if (kind !== undefined) {
    const colon = place.lastIndexOf(':')
    const port = Number(place.slice(colon + 1))
    if (colon < 0 || !Number.isInteger(port)) return undefined
    return { kind: kind === 'MOVED' ? 'moved' : 'ask', host: place.slice(0, colon).replace(/^\[|\]$/g, ''), port }
  }
  if (/^TRYAGAIN\b/.test(error.message)) return { kind: 'again' }
  return /^CLUSTERDOWN\b/.test(error.message) ? { kind: 'down' } : undefined
}
