// A single-page app as small as it gets: routes by history.pushState, views written anew each time.

const PHONE = '(800) 555-0199';
const view = document.getElementById('view');

const VIEWS = {
  home: () => `<h1>Roofs of Austin</h1><p id="hero">Call ${PHONE} today.</p><a id="call" href="tel:+18005550199">Call ${PHONE}</a>`,
  repairs: () => `<h1>Repairs</h1><p id="hero">A leak? <b>${PHONE}</b></p><p>Hail, wind, fallen branches.</p>`,
  // What others say comes a moment after the page.
  reviews: () => {
    setTimeout(() => {
      const quote = document.createElement('blockquote');
      quote.id = 'quote';
      quote.textContent = `“I called ${PHONE} and they came the same day.”`;
      view.append(quote);
    }, 200);
    return '<h1>Reviews</h1><p id="hero">Four and a half stars of five.</p>';
  },
};

function render() {
  const name = location.pathname.split('/').pop();
  view.innerHTML = (VIEWS[name] || VIEWS.home)();
}

document.getElementById('nav').addEventListener('click', (event) => {
  const link = event.target.closest('a');
  if (!link) return;
  event.preventDefault();
  history.pushState(null, '', link.href);
  render();
});
addEventListener('popstate', render);
render();
