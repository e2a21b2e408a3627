import type { VNode } from 'preact'
import { RqdError, coerceError } from '../../src/errors.js'
import type { Clock } from '../../src/clock.js'
import type { Logger } from '../../src/logger.js'
import type { DataCaller } from '../data/caller.js'
import type { BulkRuns } from './bulk-runs.js'
import type { FailureIndex } from './failure-index.js'
import { actions } from './actions/actions.js'
import { type Ask, type Reply, redirect, textReply } from './ask.js'
import { CSRF_FIELD, csrfToken, findForgery } from './csrf.js'
import type { Door } from './door.js'
import { placeOf } from './go-to.js'
import type { Answering } from './handler.js'
import { ErrorBody, statusOf } from './pages/error.js'
import type { PageContent, PageContext } from './pages/page.js'
import { pages } from './pages/pages.js'
import { Notes } from './notes.js'
import { Orders } from './orders.js'
import { shownParams } from '../control/audit.js'
import { Layout } from './view/layout.js'
import { Links } from './view/links.js'
import { CONFIRMED_FIELD, Question } from './view/question.js'
import { htmlReply } from './view/render.js'
import { RunsStrip } from './view/runs.js'
import type { Visit } from './visits.js'

export interface DashboardOptions {
  readonly data: DataCaller
  readonly door: Door
  /** What forms are signed with; the same in all processes that serve one dashboard. */
  readonly secret: string
  readonly clock: Clock
  readonly logger: Logger
  readonly failures: Pick<FailureIndex, 'snapshot'>
  readonly runs: BulkRuns
  /** Whose jobs it shows, where each of several tenants has a dashboard. */
  readonly tenant?: string | undefined
}

/** Answers requests for the dashboard, except for files and what goes on (see handler.ts). */
export class Dashboard implements Answering {
  readonly #options: DashboardOptions
  readonly #notes = new Notes()
  readonly #orders: Orders
  readonly #failures: Pick<FailureIndex, 'snapshot'>
  #isCounting = false
  #pulse = 0

  constructor(options: DashboardOptions) {
    this.#options = options
    this.#orders = new Orders(options.data, options.clock)
    this.#failures = {
      snapshot: () => {
        const snapshot = options.failures.snapshot()
        this.#isCounting ||= !snapshot.complete || snapshot.looked < snapshot.total
        return snapshot
      },
    }
  }

  /** Who asks. */
  admit(ask: Ask): Promise<Visit> {
    return this.#options.door.admit(ask)
  }

  /** Another one each time while something goes on that pages show: they are to be loaded again. */
  pulse(): number {
    const goOn = this.#options.runs.list().some(({ endedAt }) => endedAt === null)
    if (goOn || this.#orders.areUnderWay || this.#isCounting) this.#pulse++
    // Told by whoever looks at the failures next, if anybody does.
    this.#isCounting = false
    return this.#pulse
  }

  async answer(ask: Ask): Promise<Reply> {
    const { door, tenant } = this.#options
    const links = new Links(ask.base)
    const visit = await this.admit(ask)
    const atDoor = door.answerToken(ask)
    if (atDoor !== undefined) return atDoor
    const { visitor } = visit
    if (visitor === undefined) return door.turnAway(ask)
    const context: PageContext = {
      data: this.#options.data,
      query: ask.query,
      visitor,
      links,
      csrf: csrfToken(this.#options.secret, visit.id),
      nowMs: this.#options.clock.epochMs(),
      orders: this.#orders,
      failures: this.#failures,
      runs: this.#options.runs,
      tenant: tenant === undefined ? undefined : { name: tenant, list: new Links(ask.root).to('/') },
    }
    if (ask.method === 'POST') return this.#act(ask, context, visit)
    const page = pages.get(ask.path)
    const content =
      page === undefined
        ? errorPage(new RqdError('RQD_BAD_OPTION', `there is no page ${ask.path} here`), 404)
        : await this.#make(ask.path, () => page(context))
    return content.goTo === undefined ? this.#show(content, ask, context, visit) : redirect(content.goTo)
  }

  async #make(path: string, make: () => Promise<PageContent>): Promise<PageContent> {
    try {
      return await make()
    } catch (thrown) {
      const error = coerceError(thrown)
      if (statusOf(error) === 500) {
        this.#options.logger.error('a page of the dashboard failed', { path, error: error.stack ?? error.message })
      }
      return errorPage(error)
    }
  }

  #show(content: PageContent, ask: Ask, context: PageContext, visit: Visit): Reply {
    // What is loaded again to be compared takes no notes away from the visitor.
    const notes = ask.headers['x-rqd-live'] === undefined ? this.#notes.take(visit.id) : []
    const frame = { context, notes, runs: this.#strip(ask, context), hasSession: visit.hasSession }
    const cookie = visit.newCookie === undefined ? {} : { 'set-cookie': visit.newCookie }
    return htmlReply(content.status ?? 200, <Layout frame={frame} content={content} />, cookie)
  }

  #strip({ path, query }: Ask, context: PageContext): VNode | null {
    const runs = this.#options.runs.list()
    // A page that came of sending a form cannot be asked for again.
    const place = path.startsWith('/do/') ? '/' : path
    const back = query.size === 0 ? place : `${place}?${query.toString()}`
    return <RunsStrip {...{ context, runs, nowMs: context.nowMs, back }} />
  }

  async #act(ask: Ask, context: PageContext, visit: Visit): Promise<Reply> {
    const forgery = findForgery(ask.headers, ask.form.get(CSRF_FIELD), context.csrf)
    if (forgery !== undefined) return textReply(403, `Refused: ${forgery}.`)
    if (ask.path === '/sign-out') return this.#options.door.signOut(ask, visit)
    const name = ask.path.startsWith('/do/') ? ask.path.slice('/do/'.length) : ''
    const action = actions.get(name)
    if (action === undefined) return textReply(404, `There is no action ${ask.path}.`)
    if (context.visitor.role !== 'operate') {
      return textReply(403, 'Refused: you may look, but not act. Sign in with a token that may operate.')
    }
    const back = placeOf(ask.form.get('back'))
    const { form } = ask
    const { logger, clock, data } = this.#options
    const work = {
      data,
      form,
      visitor: context.visitor,
      orders: this.#orders,
      failures: this.#failures,
      runs: this.#options.runs,
    }
    const sinceMonoMs = clock.monoMs()
    const tell = (outcome: string, error?: string): void => {
      const durationSec = Math.round(clock.monoMs() - sinceMonoMs) / 1000
      const params = shownParams(Object.fromEntries([...form].filter(([key]) => key !== CSRF_FIELD && key !== 'back')))
      logger.info('dashboard action', {
        action: name,
        params,
        outcome,
        error,
        durationSec,
        caller: context.visitor.name,
      })
    }
    try {
      const question = form.get(CONFIRMED_FIELD) === 'yes' ? undefined : await action.question?.(form, work)
      if (question !== undefined) {
        const body = <Question {...{ context, action: name, form, question, back }} />
        return this.#show({ title: 'Are you sure?', section: 'Overview', body }, ask, context, visit)
      }
      const { text, goTo } = await action.run(work)
      tell('ok')
      this.#notes.add(visit.id, { kind: 'done', text })
      return redirect(context.links.to(goTo ?? back))
    } catch (thrown) {
      const error = coerceError(thrown)
      tell(error instanceof RqdError ? error.code : 'failed inside', error.message)
      const text = error instanceof RqdError ? error.message : 'The dashboard failed inside; the log has more.'
      this.#notes.add(visit.id, { kind: 'refused', text })
      return redirect(context.links.to(back))
    }
  }
}

function errorPage(error: Error, status = statusOf(error)): PageContent {
  const body = <ErrorBody error={error} status={status} />
  return { title: 'Not to be shown', section: 'Overview', status, body }
}
