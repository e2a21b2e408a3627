import type { ComponentChildren } from 'preact'
import type { DataCaller } from '../../data/caller.js'
import type { Links } from '../view/links.js'
import type { BulkRuns } from '../bulk-runs.js'
import type { FailureIndex } from '../failure-index.js'
import type { Orders } from '../orders.js'
import type { Visitor } from '../visitor.js'

/** The parts of the dashboard, as the bar at the top lists them. */
export const sections = ['Overview', 'Queues', 'Jobs', 'Failures', 'Workers', 'Schedule', 'Daemons'] as const
export type Section = (typeof sections)[number]

/** What a page is made from. Pages ask the methods of daemon/data, and nothing else. */
export interface PageContext {
  readonly data: DataCaller
  readonly query: URLSearchParams
  readonly visitor: Visitor
  /** Makes addresses below the place where the dashboard is mounted. */
  readonly links: Links
  /** What forms carry. */
  readonly csrf: string
  readonly nowMs: number
  /** Orders to daemons that were given here. */
  readonly orders: Orders
  /** Failed jobs by group. */
  readonly failures: Pick<FailureIndex, 'snapshot'>
  /** Runs on many jobs. */
  readonly runs: BulkRuns
  /** Whose jobs these are, and the address of the list of all; undefined where there are no tenants. */
  readonly tenant: { readonly name: string; readonly list: string } | undefined
}

/** What a page says, inside the frame that all share. */
export interface PageContent {
  readonly title: string
  readonly section: Section
  readonly body: ComponentChildren
  /** The HTTP status; 200 if left out. */
  readonly status?: number | undefined
  /** Go there instead: an address that `links` made. */
  readonly goTo?: string | undefined
}

/** Makes a page. @throws RqdError, which becomes a page that says it */
export type Page = (context: PageContext) => Promise<PageContent>
