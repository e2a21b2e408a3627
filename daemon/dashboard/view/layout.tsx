import type { ComponentChildren, VNode } from 'preact'
import type { Note } from '../notes.js'
import { type PageContent, type PageContext, type Section, sections } from '../pages/page.js'
import { type KeyHelp, dashboardKeys } from './help.js'
import { Shell } from './shell.js'

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

/** A whole page of a dashboard. */
export function Layout({ frame, content }: { readonly frame: Frame; readonly content: PageContent }): VNode {
  const { context, notes, runs, hasSession } = frame
  const { links, tenant } = context
  const title = tenant === undefined ? content.title : `${content.title} · ${tenant.name}`
  const bar = (
    <>
      {tenant === undefined ? null : <TenantMark tenant={tenant} />}
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
    </>
  )
  const keys = tenant === undefined ? dashboardKeys : tenantKeys
  return (
    <Shell {...{ context, title, bar, keys, notes, hasSession }}>
      <div id="runs" data-live>
        {runs}
      </div>
      {content.body}
    </Shell>
  )
}

const tenantKeys: KeyHelp = [['g then t', 'go to the list of tenants'], ...dashboardKeys]

/** Says whose jobs these are. */
function TenantMark({ tenant: { name, list } }: { readonly tenant: NonNullable<PageContext['tenant']> }): VNode {
  return (
    <nav class="tenant" aria-label="Tenant">
      <a href={list} data-key="t">
        Tenants
      </a>
      <strong title={name}>{name}</strong>
    </nav>
  )
}
