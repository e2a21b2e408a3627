/** How long the second key after `g` is waited for. */
const SECOND_KEY_MS = 1_500

/** What keys do, wherever nobody is writing: see the list that `?` shows. */
export function listenForKeys(): void {
  let goesUntilMs = 0
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return
    const { key } = event
    const isSecond = performance.now() < goesUntilMs
    goesUntilMs = 0
    if (isSecond) {
      const link = document.querySelector<HTMLAnchorElement>(`nav a[data-key="${CSS.escape(key)}"]`)
      if (link === null) return
      event.preventDefault()
      link.click()
      return
    }
    const act = actions[key]
    if (key === 'g') goesUntilMs = performance.now() + SECOND_KEY_MS
    else if (act !== undefined && act() !== false) event.preventDefault()
  })
  const help = document.getElementById('help')
  help?.addEventListener('click', (event) => {
    if (event.target === help) closeHelp()
  })
}

/** By key. False: there was nothing to do. */
const actions: Readonly<Record<string, () => unknown>> = {
  '/': () => {
    const field = document.querySelector<HTMLInputElement>('.find input')
    field?.focus()
    field?.select()
  },
  '?': () => {
    const help = document.getElementById('help')
    if (help instanceof HTMLDialogElement) help.showModal()
  },
  t: () => document.getElementById('theme')?.click(),
  j: () => move(1),
  k: () => move(-1),
  x: () => {
    const box = rowInFocus()?.querySelector<HTMLInputElement>('input[type=checkbox]')
    if (box === undefined || box === null) return false
    box.click()
    return true
  },
}

/** To the link that opens the next row, or the one before. */
function move(step: 1 | -1): boolean {
  const links = [...document.querySelectorAll<HTMLElement>('table.rows tbody a.open')]
  const row = rowInFocus()
  const at = row === undefined ? -1 : links.findIndex((link) => row.contains(link))
  const next = links[at === -1 && step === -1 ? links.length - 1 : at + step]
  if (next === undefined) return false
  next.focus()
  next.scrollIntoView({ block: 'nearest' })
  return true
}

function rowInFocus(): Element | undefined {
  return document.activeElement?.closest('table.rows tbody tr') ?? undefined
}

function closeHelp(): void {
  const help = document.getElementById('help')
  if (help instanceof HTMLDialogElement) help.close()
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox'
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
}
