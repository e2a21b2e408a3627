import { Idiomorph } from './idiomorph.js'

/** A page is loaded again this often at most. */
const AT_MOST_EVERY_MS = 1_000
/** How long to wait after a refusal, and after many. */
const PAUSE_MS = 3_000
const LONGEST_PAUSE_MS = 60_000

/** Show what is new in the parts of the page that are marked `data-live`, when the server says that there is something. */
export function stayLive(): void {
  const url = document.body.dataset['liveUrl']
  if (url === undefined) return
  let isLoading = false
  let isWanted = false

  const refresh = async (): Promise<void> => {
    if (document.hidden || isLoading) {
      isWanted = true
      return
    }
    isLoading = true
    isWanted = false
    try {
      const response = await fetch(location.href, { headers: { 'x-rqd-live': '1' }, redirect: 'error' })
      if (response.ok) replaceParts(await response.text())
    } catch {
      tell('trouble', 'the server does not answer')
    } finally {
      setTimeout(() => {
        isLoading = false
        if (isWanted) void refresh()
      }, AT_MOST_EVERY_MS)
    }
  }

  let pauseMs = PAUSE_MS
  const connect = (): void => {
    const source = new EventSource(url)
    source.addEventListener('open', () => {
      pauseMs = PAUSE_MS
      tell('on', 'live')
    })
    source.addEventListener('change', () => {
      tell('on', 'live')
      void refresh()
    })
    source.addEventListener('trouble', () => tell('trouble', 'Redis does not answer'))
    source.addEventListener('error', () => {
      tell('off', 'not live: trying again')
      // It connects again by itself where the server went away, but not where it refused.
      if (source.readyState !== EventSource.CLOSED) return
      void sayIfSignedOut()
      setTimeout(connect, pauseMs)
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
    })
  }
  connect()
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && isWanted) void refresh()
  })
}

/** Of a refused connection a browser tells nothing: the page itself is asked for. */
async function sayIfSignedOut(): Promise<void> {
  try {
    const { status } = await fetch(location.href, { method: 'HEAD', headers: { 'x-rqd-live': '1' } })
    if (status === 401) tell('off', 'not live: load the page to sign in again')
    if (status === 403) tell('off', 'not live: you may not see this any more')
  } catch {
    // The server is away, and that is said already.
  }
}

/** Parts keep what the visitor does in them: focus, chosen rows, opened details. */
function replaceParts(html: string): void {
  const fresh = new DOMParser().parseFromString(html, 'text/html')
  for (const part of document.querySelectorAll('[data-live]')) {
    const next = fresh.getElementById(part.id)
    if (next === null) continue
    void Idiomorph.morph(part, next, {
      ignoreActiveValue: true,
      callbacks: {
        beforeAttributeUpdated: (name, element) =>
          // What the visitor has opened or ticked stays so.
          !(name === 'open' && element instanceof HTMLDetailsElement) &&
          !(name === 'checked' && element instanceof HTMLInputElement),
      },
    })
  }
  document.dispatchEvent(new CustomEvent('rqd-refreshed'))
}

function tell(state: 'on' | 'off' | 'trouble', text: string): void {
  const mark = document.getElementById('live-state')
  if (mark === null) return
  mark.className = `live ${state}`
  mark.title = text
  mark.setAttribute('aria-label', text)
}
