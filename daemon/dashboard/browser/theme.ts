// Loaded before the page is shown, so that it does not flash in the other colours. No module: those come too late.
;(() => {
  const order = ['auto', 'light', 'dark'] as const
  const NAME = 'rqd-theme'
  type Theme = (typeof order)[number]

  const read = (): Theme => {
    try {
      return order.find((theme) => theme === localStorage.getItem(NAME)) ?? 'auto'
    } catch {
      // A browser that keeps nothing.
      return 'auto'
    }
  }

  const show = (theme: Theme): void => {
    document.documentElement.dataset['theme'] = theme
    const button = document.getElementById('theme')
    if (button === null) return
    button.hidden = false
    button.textContent = theme === 'auto' ? 'Auto' : theme === 'light' ? 'Light' : 'Dark'
    button.setAttribute('aria-label', `Colours: ${theme}. Change`)
  }

  const next = (): void => {
    const theme = order[(order.indexOf(read()) + 1) % order.length] ?? 'auto'
    try {
      localStorage.setItem(NAME, theme)
    } catch {
      // Then it holds for this page.
    }
    show(theme)
  }

  show(read())
  document.addEventListener('DOMContentLoaded', () => {
    show(read())
    document.getElementById('theme')?.addEventListener('click', next)
  })
})()
