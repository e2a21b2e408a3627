/** What a check of a deployment has found out about one thing. */
export interface Finding {
  readonly what: string
  readonly status: 'ok' | 'warn' | 'fail'
  /** What was found. */
  readonly reason: string
  /** What to do about it. */
  readonly next?: string
}

export function ok(what: string, reason: string): Finding {
  return { what, status: 'ok', reason }
}

export function warn(what: string, reason: string, next: string): Finding {
  return { what, status: 'warn', reason, next }
}

export function fail(what: string, reason: string, next: string): Finding {
  return { what, status: 'fail', reason, next }
}
