import type { ComponentChildren } from 'preact'
import { RqdError, coerceError } from '../../../src/errors.js'
import type { Logger } from '../../../src/logger.js'
import { type Ask, type Reply, redirect, textReply } from '../ask.js'
import { CSRF_FIELD, csrfToken, findForgery } from '../csrf.js'
import type { Door } from '../door.js'
import type { Answering } from '../handler.js'
import { ErrorBody, statusOf } from '../pages/error.js'
import type { KeyHelp } from '../view/help.js'
import { Links } from '../view/links.js'
import { htmlReply } from '../view/render.js'
import { Shell } from '../view/shell.js'
import type { Visitor } from '../visitor.js'
import type { Visit } from '../visits.js'
import type { TenantLook } from './look.js'
import { TenantTable } from './table.js'

export interface TenantListOptions {
  readonly tenants: () => Promise<readonly TenantLook[]>
  readonly door: Door
  /** What forms are signed with. */
  readonly secret: string
  readonly logger: Logger
}

interface Content {
  readonly title: string
  readonly status: number
  readonly body: ComponentChildren
}

/** The page above the dashboards of all tenants. It answers for tenants that are not there, too: who may see nothing
 * learns from no answer which there are. */
export class TenantList implements Answering {
  readonly #options: TenantListOptions

  constructor(options: TenantListOptions) {
    this.#options = options
  }

  admit(ask: Ask): Promise<Visit> {
    return this.#options.door.admit(ask)
  }

  async answer(ask: Ask): Promise<Reply> {
    const { door, secret } = this.#options
    const visit = await this.admit(ask)
    const atDoor = door.answerToken(ask)
    if (atDoor !== undefined) return atDoor
    const { visitor } = visit
    if (visitor === undefined) return door.turnAway(ask)
    const csrf = csrfToken(secret, visit.id)
    if (ask.method === 'POST') {
      const forgery = findForgery(ask.headers, ask.form.get(CSRF_FIELD), csrf)
      if (forgery !== undefined) return textReply(403, `Refused: ${forgery}.`)
      return ask.path === '/sign-out' ? door.signOut(ask, visit) : textReply(404, `There is no action ${ask.path}.`)
    }
    const links = new Links(ask.root)
    if (ask.path === '/tenants' || ask.path === '/tenants/') return redirect(links.to('/'))
    const { title, status, body } = await this.#content(ask, links)
    const cookie = visit.newCookie === undefined ? {} : { 'set-cookie': visit.newCookie }
    return htmlReply(status, this.#page({ links, visitor, csrf, title, hasSession: visit.hasSession, body }), cookie)
  }

  #page(props: {
    readonly links: Links
    readonly visitor: Visitor
    readonly csrf: string
    readonly title: string
    readonly hasSession: boolean
    readonly body: ComponentChildren
  }) {
    const { links, title, hasSession, body } = props
    const bar = (
      <nav aria-label="Parts of the dashboard">
        <a href={links.to('/')} aria-current="page" data-key="t">
          Tenants
        </a>
      </nav>
    )
    return (
      <Shell context={props} keys={listKeys} notes={[]} {...{ title, bar, hasSession }}>
        {body}
      </Shell>
    )
  }

  async #content({ base, root, path }: Ask, links: Links): Promise<Content> {
    if (base !== root) return missing(`there is no tenant ${base.slice(base.lastIndexOf('/') + 1)}`)
    if (path !== '/') return missing(`there is no page ${path} here`)
    try {
      const tenants = await this.#options.tenants()
      return { title: 'Tenants', status: 200, body: <Tenants links={links} tenants={tenants} /> }
    } catch (thrown) {
      const error = coerceError(thrown)
      if (statusOf(error) === 500) {
        this.#options.logger.error('a page of the dashboard failed', { path, error: error.stack ?? error.message })
      }
      return errorContent(error, statusOf(error))
    }
  }
}

const listKeys: KeyHelp = [
  ['j and k', 'next and previous row'],
  ['Enter', 'open the row'],
  ['t', 'light, dark, or as the system has it'],
  ['?', 'this list'],
]

function Tenants({ links, tenants }: { readonly links: Links; readonly tenants: readonly TenantLook[] }) {
  return (
    <>
      <header class="page-head">
        <h1>Tenants</h1>
        <p class="aside">They share the executors of this daemon; each has its own queues and its own dashboard.</p>
      </header>
      <section id="tenants" data-live>
        <TenantTable links={links} tenants={tenants} />
      </section>
    </>
  )
}

function missing(text: string): Content {
  return errorContent(new RqdError('RQD_BAD_OPTION', text), 404)
}

function errorContent(error: Error, status: number): Content {
  return { title: 'Not to be shown', status, body: <ErrorBody error={error} status={status} /> }
}
