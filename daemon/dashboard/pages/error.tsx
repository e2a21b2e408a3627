import type { VNode } from 'preact'
import { RqdError } from '../../../src/errors.js'
import { printable } from '../../printable.js'

const statuses: Readonly<Record<string, number>> = {
  RQD_NO_SUCH_JOB: 404,
  RQD_REDIS: 503,
  RQD_UNREACHABLE: 503,
}

/** The HTTP status of an error. */
export function statusOf(error: Error): number {
  if (!(error instanceof RqdError)) return 500
  return statuses[error.code] ?? 400
}

/** Says what is wrong, as a page. */
export function ErrorBody({ error, status }: { readonly error: Error; readonly status: number }): VNode {
  const isOurs = error instanceof RqdError
  return (
    <section class="panel narrow">
      <h1>{status === 404 ? 'There is no such thing' : 'This cannot be shown'}</h1>
      <p>{isOurs ? printable(error.message) : 'The dashboard failed inside; the log has more.'}</p>
      {isOurs ? (
        <p>
          <code>{error.code}</code>
        </p>
      ) : null}
    </section>
  )
}
