import type { Logger } from '../../src/logger.js'
import { type Ask, type Reply, redirect, textReply } from './ask.js'
import { writeCookie } from './cookies.js'
import { placeOf } from './go-to.js'
import type { Sessions } from './sessions.js'
import { visitorOf } from './tokens.js'
import { Links } from './view/links.js'
import { htmlReply } from './view/render.js'
import { SignIn } from './view/sign-in.js'
import type { Visitor } from './visitor.js'
import { type Admission, type Visit, admit, cookieName, cookieScope, newVisitorId } from './visits.js'

export interface DoorOptions {
  readonly admission: Admission
  readonly sessions: Sessions
  readonly logger: Logger
}

/** Lets visitors in, and out. */
export class Door {
  readonly #options: DoorOptions

  constructor(options: DoorOptions) {
    this.#options = options
  }

  /** Who asks. */
  admit(ask: Ask): Promise<Visit> {
    return admit(ask, this.#options.admission, this.#options.sessions)
  }

  /** What is answered to a token that is shown; undefined where none is. */
  answerToken(ask: Ask): Reply | undefined {
    const { admission } = this.#options
    if (admission.kind !== 'tokens') return undefined
    if (ask.path === '/sign-in' && ask.method === 'POST') {
      return this.#signIn(ask, visitorOf(ask.form.get('token') ?? '', admission.rules))
    }
    // An address with a token in it, as command lines print them: it must not stay in the browser's bar.
    const shown = ask.query.get('token')
    return shown !== null && ask.method === 'GET' ? this.#signIn(ask, visitorOf(shown, admission.rules)) : undefined
  }

  /** To whoever may see nothing. */
  turnAway({ base }: Ask): Reply {
    if (this.#options.admission.kind === 'application') return textReply(403, 'You may not see this dashboard.')
    return htmlReply(401, <SignIn links={new Links(base)} wrong={false} />)
  }

  signOut(ask: Ask, { id }: Visit): Reply {
    this.#options.sessions.close(id)
    const cookie = writeCookie(cookieName(ask), newVisitorId(), cookieScope(ask))
    return redirect(new Links(ask.base).to('/'), { 'set-cookie': cookie })
  }

  #signIn(ask: Ask, visitor: Visitor | undefined): Reply {
    const links = new Links(ask.base)
    if (visitor === undefined) return htmlReply(401, <SignIn links={links} wrong={true} />)
    // A new id, so that nobody can have planted the old one.
    const id = newVisitorId()
    this.#options.sessions.open(id, visitor)
    this.#options.logger.info('dashboard: signed in', { caller: visitor.name })
    const query = new URLSearchParams(ask.query)
    query.delete('token')
    const path = ask.path === '/sign-in' ? '/' : placeOf(ask.path)
    const cookie = writeCookie(cookieName(ask), id, cookieScope(ask))
    return redirect(links.to(path, Object.fromEntries(query)), { 'set-cookie': cookie })
  }
}
