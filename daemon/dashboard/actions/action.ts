import { RqdError } from '../../../src/errors.js'
import type { DataCaller } from '../../data/caller.js'
import type { BulkRuns } from '../bulk-runs.js'
import type { FailureIndex } from '../failure-index.js'
import type { Orders } from '../orders.js'
import type { Visitor } from '../visitor.js'

/** What an action works with. */
export interface ActionContext {
  readonly data: DataCaller
  readonly form: URLSearchParams
  readonly visitor: Visitor
  readonly orders: Orders
  readonly failures: Pick<FailureIndex, 'snapshot'>
  readonly runs: BulkRuns
}

/** What became of it, for the next page. */
export interface Done {
  readonly text: string
  /** Where to go then, below the mount; undefined: back to where it was asked for. */
  readonly goTo?: string | undefined
}

/** Something that a visitor who may operate can do, by sending a form. */
export interface Action {
  /**
   * What is asked before it is done, where it cannot be undone; undefined: it is done at once.
   * @throws RqdError for a form that cannot be meant, which is told on the next page
   */
  readonly question?: (
    form: URLSearchParams,
    context: ActionContext,
  ) => string | undefined | Promise<string | undefined>
  /** @throws RqdError, which is told on the next page */
  run(context: ActionContext): Promise<Done>
}

/** A field that the form must have. @throws RqdError RQD_BAD_OPTION */
export function fieldOf(form: URLSearchParams, name: string): string {
  const value = form.get(name)
  if (value !== null && value !== '') return value
  throw new RqdError('RQD_BAD_OPTION', `the form has no field ${JSON.stringify(name)}; load the page again`)
}

/** A field that may be repeated. @throws RqdError RQD_BAD_OPTION if there is none */
export function fieldsOf(form: URLSearchParams, name: string): string[] {
  const values = form.getAll(name).filter((value) => value !== '')
  if (values.length > 0) return values
  throw new RqdError('RQD_BAD_OPTION', `nothing was chosen; expected at least one ${name}`)
}
