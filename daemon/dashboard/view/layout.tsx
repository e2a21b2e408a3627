import type { ComponentChildren, VNode } from 'preact'
import { CSRF_FIELD } from '../csrf.js'
import { printable } from '../../printable.js'
import type { Note } from '../notes.js'
import { type PageContent, type PageContext, type Section, sections } from '../pages/page.js'
import type { Links } from './links.js'

const paths: Readonly<Record<Section, string>> = {
  Overview: '/',
  Queues: '/queues',
  Jobs: '/jobs',
  Failures: '/failures',
  Workers: '/workers',
  Schedule: '/schedule',
  Daemons: '/daemons',
}

/** What stands around a page. */
export interface Frame {
  readonly context: PageContext
  readonly notes: readonly Note[]
  /** Bulk runs under way, above every page. */
  readonly runs: ComponentChildren
  /** Whether there is something to sign out of. */
  readonly hasSession: boolean
}

/** A whole page. */
export function Layout({ frame, content }: { readonly frame: Frame; readonly content: PageContent }): VNode {
  const { context, notes, runs, hasSession } = frame
  const { links, visitor } = context
  return (
    <html lang="en">
      <Head links={links} title={content.title} />
      <body data-live-url={links.to('/live')}>
        <a class="skip" href="#main">
          Skip to the page
        </a>
        <header class="bar">
          <a class="brand" href={links.to('/')}>
            rqd
          </a>
          <nav aria-label="Parts of the dashboard">
            {sections.map((section) => (
              <a
                href={links.to(paths[section])}
                aria-current={section === content.section ? 'page' : undefined}
                data-key={section.slice(0, 1).toLowerCase()}
              >
                {section}
              </a>
            ))}
          </nav>
          <form class="find" role="search" method="get" action={links.to('/jobs')}>
            <input type="search" name="find" placeholder="Job id" aria-label="Id of a job" autocomplete="off" />
          </form>
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
          <div id="runs" data-live>
            {runs}
          </div>
          {content.body}
        </main>
        <Help />
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

function SignOut({ context: { csrf, links } }: { readonly context: PageContext }): VNode {
  return (
    <form method="post" action={links.to('/sign-out')} class="inline">
      <input type="hidden" name={CSRF_FIELD} value={csrf} />
      <button type="submit" class="button quiet">
        Sign out
      </button>
    </form>
  )
}

const keys: readonly (readonly [string, string])[] = [
  ['g then o, q, j, f, w, s, d', 'go to Overview, Queues, Jobs, Failures, Workers, Schedule, Daemons'],
  ['/', 'find a job'],
  ['j and k', 'next and previous row'],
  ['Enter', 'open the row'],
  ['x', 'choose the row'],
  ['t', 'light, dark, or as the system has it'],
  ['?', 'this list'],
]

function Help(): VNode {
  return (
    <dialog id="help" aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl class="facts">
        {keys.map(([key, meaning]) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="button">
          Close
        </button>
      </form>
    </dialog>
  )
}
