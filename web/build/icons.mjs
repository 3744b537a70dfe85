// The icon sprite and the brand's drawings. Icons are strokes on a 24 × 24 grid.

/** Stroke paths by name: themes, kinds of entries, then the interface. */
export const ICONS = {
  nature: "M12 21V10M12 10c0-4 2.5-6.5 7-7 .3 4.6-2 7.4-7 7zM12 14c0-3.2-2-5.2-6.5-5.6C5.3 12.2 7.4 14 12 14z",
  nourrir:
    "M12 8c-1.6-1.3-6.5-1.6-6.5 4.2 0 4.3 2.6 7.8 4.7 7.8.8 0 1.2-.4 1.8-.4s1 .4 1.8.4c2.1 0 4.7-3.5 4.7-7.8C18.5 6.4 13.6 6.7 12 8zM12 8c0-2.2.9-3.8 2.8-4.6",
  habiter: "M4 11.5 12 4.5l8 7M6.5 10v9.5h11V10M10.2 19.5v-5.2h3.6v5.2",
  soin: "M12 19.5C7 16 4 12.9 4 9.5a4.2 4.2 0 0 1 8-1.9 4.2 4.2 0 0 1 8 1.9c0 3.4-3 6.5-8 10z",
  savoir: "M12 6.5C10.2 5.2 7.6 4.8 4 5v13c3.6-.2 6.2.2 8 1.5 1.8-1.3 4.4-1.7 8-1.5V5c-3.6-.2-6.2.2-8 1.5zM12 6.5v13",
  numerique: "M8.5 7 3.8 12l4.7 5M15.5 7l4.7 5-4.7 5M13.4 5.5l-2.8 13",
  echanger: "M9.2 15.5a5 5 0 1 1 0-7M14.8 8.5a5 5 0 1 1 0 7M9.5 12h5",
  gouverner: "M4 20h16M6 20v-8M10 20v-8M14 20v-8M18 20v-8M3.8 9.5 12 4l8.2 5.5z",
  autre: "M12 12h.01M7 12h.01M17 12h.01",
  commons: "M5 5h6v6H5zM13.5 5H19v6h-5.5zM5 13.5h6V19H5zM13.5 13.5H19V19h-5.5z",
  organisation:
    "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3.5 19c.4-3.4 2.5-5 5.5-5s5.1 1.6 5.5 5M16 11.2a2.6 2.6 0 0 0 0-5.2M17 14.2c2 .5 3.3 2 3.5 4.8",
  place: "M12 21c4.6-5 7-8.3 7-11.3A7 7 0 0 0 5 9.7C5 12.7 7.4 16 12 21zM12 12.2a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  practice: "M19 12a7 7 0 1 1-2.2-5.1M19.5 4v4h-4M9 12l2.2 2.2 4-4.4",
  ecosystem:
    "M12 8.5a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM6 19.5a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM18 19.5a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM11 8.3l-3.9 7M13 8.3l3.9 7M8.2 17.3h7.6",
  event: "M5 6.5h14v13H5zM5 10.5h14M9 4v4M15 4v4M9 15l2 2 4-4",
  text: "M6 3.5h8.5L18.5 7.5v13H6zM9 11h6.5M9 14.5h6.5M9 7.5h3",
  concept: "M9.5 18h5M10 20.5h4M12 3.5a6 6 0 0 0-3.5 10.9c.7.5 1 1.2 1 2.1h5c0-.9.3-1.6 1-2.1A6 6 0 0 0 12 3.5z",
  recherche: "M10.8 17.6a6.8 6.8 0 1 0 0-13.6 6.8 6.8 0 0 0 0 13.6zM20 20l-4.3-4.3",
  lieu: "M12 21c4.6-5 7-8.3 7-11.3A7 7 0 0 0 5 9.7C5 12.7 7.4 16 12 21zM12 12.2a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  viser: "M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM12 2.5V6M12 18v3.5M2.5 12H6M18 12h3.5",
  partage:
    "M8.6 10.7l6.8-3.9M8.6 13.3l6.8 3.9M6.2 14.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM17.8 8.2a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM17.8 21.2a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4z",
  qr: "M4.5 4.5h5.5v5.5H4.5zM14 4.5h5.5v5.5H14zM4.5 14h5.5v5.5H4.5zM14 14h2.5M19.5 14v2.5M14 19.5v-2.5h2.5M19.5 19.5h-2.5",
  integrer: "M9 8l-4.5 4L9 16M15 8l4.5 4-4.5 4",
  couches: "M12 4 3.5 8.7 12 13.4l8.5-4.7zM3.5 13l8.5 4.7L20.5 13",
  plus: "M12 5v14M5 12h14",
  moins: "M5 12h14",
  croix: "M6 6l12 12M18 6L6 18",
  date: "M5 6.5h14v13H5zM5 10.5h14M9 4v4M15 4v4",
  lien: "M10 14l4-4M8.5 11l-2 2a3.5 3.5 0 0 0 5 5l2-2M15.5 13l2-2a3.5 3.5 0 0 0-5-5l-2 2",
  crayon: "M5 19l.8-3.6L16.2 5l2.8 2.8L8.6 18.2zM14.5 6.7l2.8 2.8",
  rss: "M5.5 12.5a6 6 0 0 1 6 6M5.5 6.5a12 12 0 0 1 12 12M6.3 17.7h.01",
  fleche: "M5 12h14M13 6l6 6-6 6",
  haut: "M12 19V5M6 11l6-6 6 6",
  bas: "M12 5v14M6 13l6 6 6-6",
  gauche: "M19 12H5M11 6l-6 6 6 6",
  droite: "M5 12h14M13 6l6 6-6 6",
  liste: "M8 6.5h12M8 12h12M8 17.5h12M4 6.5h.01M4 12h.01M4 17.5h.01",
  filtre: "M4 6h16M7 12h10M10 18h4",
  tri: "M8 5v14M4.5 15.5 8 19l3.5-3.5M16 19V5M12.5 8.5 16 5l3.5 3.5",
  frise: "M3 12h18M7 12V7M7 7h5M13 12v5M13 17h5",
  arbre: "M5 12h4M9 12c3 0 2-6 5-6h5M9 12c3 0 2 6 5 6h5M9 12h10",
  bulle: "M4 5.5h16v10.5H11l-4 3.5V16H4z",
  coche: "M5 12.5l4.5 4.5L19 7.5",
  histoire: "M4.5 12a7.5 7.5 0 1 0 2.6-5.7L4.5 8.5M4.5 4.5v4h4M12 8v4.3l3 1.8",
  drapeau: "M6 21V4.5h11l-2 4 2 4H6",
  telecharger: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14",
  lune: "M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z",
  soleil:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  texte: "M6 3.5h8.5L18.5 7.5v13H6zM9 11h6.5M9 14.5h6.5M9 7.5h3",
  personne: "M12 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5 20c.6-4 3.2-6 7-6s6.4 2 7 6",
  entree: "M13 4.5h5.5v15H13M4 12h10M10.5 8l4 4-4 4",
  sortie: "M11 4.5H5.5v15H11M10 12h10M16.5 8l4 4-4 4",
  globe: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c3 3 3 14 0 17M12 3.5c-3 3-3 14 0 17",
  copie: "M9 8.5h10.5V20H9zM5 15.5V4h10.5",
  alerte: "M12 4 21 19.5H3zM12 10v4.5M12 17h.01",
};

const LOGO =
  '<path d="M20 2.5C30.5 2.5 37.5 9 37.5 20V34a3.5 3.5 0 0 1-3.5 3.5H20C9 37.5 2.5 30.5 2.5 20S9 2.5 20 2.5z" fill="currentColor"/>' +
  '<g fill="none" stroke="var(--logo-trait,#fbfaf5)" stroke-linecap="round">' +
  '<path d="M5 25.5C13 22 17 21 22.5 15.5S30 6.5 31 6" stroke-width="4.6" stroke-dasharray="0 6.1"/>' +
  '<path d="M20 18.5c4.5 4 6.5 9 7 18" stroke-width="4.6" stroke-dasharray="0 6.1"/></g>';

const stroke = 'fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"';

/** Every icon and the logo as symbols, to be used by reference: icons.svg#name. */
export function sprite() {
  const symbols = Object.entries(ICONS).map(
    ([name, d]) => `<symbol id="${name}" viewBox="0 0 24 24"><path d="${d}" ${stroke}/></symbol>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}<symbol id="logo" viewBox="0 0 40 40">${LOGO}</symbol></svg>`;
}

/** The logo alone, in the brand's green. */
export function favicon() {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" color="#2b5a43">${LOGO.replace("var(--logo-trait,#fbfaf5)", "#fbfaf5")}</svg>`;
}
