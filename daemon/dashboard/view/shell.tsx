import type { ComponentChildren, VNode } from 'preact'
import { printable } from '../../printable.js'
import { CSRF_FIELD } from '../csrf.js'
import type { Note } from '../notes.js'
import type { PageContext } from '../pages/page.js'
import { Help, type KeyHelp } from './help.js'
import type { Links } from './links.js'

/** What stands around every page that somebody may see. */
export interface ShellProps {
  readonly context: Pick<PageContext, 'links' | 'visitor' | 'csrf'>
  readonly title: string
  /** In the bar, behind our name. */
  readonly bar: ComponentChildren
  readonly keys: KeyHelp
  readonly notes: readonly Note[]
  /** Whether there is something to sign out of. */
  readonly hasSession: boolean
  readonly children: ComponentChildren
}

/** A whole page, whatever it shows. */
export function Shell({ context, title, bar, keys, notes, hasSession, children }: ShellProps): VNode {
  const { links, visitor } = context
  return (
    <html lang="en">
      <Head links={links} title={title} />
      <body data-live-url={links.to('/live')}>
        <a class="skip" href="#main">
          Skip to the page
        </a>
        <header class="bar">
          <a class="brand" href={links.to('/')}>
            rqd
          </a>
          {bar}
          <span class="who">
            {visitor.role === 'view' ? <span class="badge view">view only</span> : null}
            <span id="live-state" class="live" role="img" aria-label="not live" title="not live" />
            <button type="button" class="button quiet" id="theme" hidden>
              Theme
            </button>
            {hasSession ? <SignOut context={context} /> : null}
          </span>
        </header>
        <main id="main" tabIndex={-1}>
          <div id="notes" role="status">
            {notes.map(({ kind, text }) => (
              <p class={`note ${kind}`}>{printable(text)}</p>
            ))}
          </div>
          {children}
        </main>
        <Help keys={keys} />
      </body>
    </html>
  )
}

/** A page before anybody is let in, or without the rest around it. */
export function Bare({
  links,
  title,
  children,
}: {
  readonly links: Links
  readonly title: string
  readonly children: ComponentChildren
}): VNode {
  return (
    <html lang="en">
      <Head links={links} title={title} />
      <body>
        <main id="main" class="bare">
          <p class="brand">rqd</p>
          {children}
        </main>
      </body>
    </html>
  )
}

function Head({ links, title }: { readonly links: Links; readonly title: string }): VNode {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{`${title} · rqd`}</title>
      <link rel="icon" href={links.to('/static/icon.svg')} type="image/svg+xml" />
      <link rel="stylesheet" href={links.to('/static/style.css')} />
      <script src={links.to('/static/theme.js')} />
      <script type="module" src={links.to('/static/app.js')} />
    </head>
  )
}

function SignOut({ context: { csrf, links } }: { readonly context: Pick<PageContext, 'links' | 'csrf'> }): VNode {
  return (
    <form method="post" action={links.to('/sign-out')} class="inline">
      <input type="hidden" name={CSRF_FIELD} value={csrf} />
      <button type="submit" class="button quiet">
        Sign out
      </button>
    </form>
  )
}
