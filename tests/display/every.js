// Shows every picture in turn on one page and measures each when its faces, photos and film heads have come; complaints by name.
// The word MEASURE stands for layout.js. No frame is waited for: to paint one takes far longer than to measure it.
async ([views, language]) => {
  const measure = MEASURE;
  const turn = () => new Promise((done) => setTimeout(done));
  const head = (film) => film.readyState > 0 || film.error !== null || !film.src;
  const stands = () =>
    document.fonts.status !== "loading" && [...document.images].every((one) => one.complete) && [...document.querySelectorAll("video")].every(head);
  const photos = new Set(Object.values(views).flatMap((view) => view.seats.map((seat) => seat.photo).filter(Boolean)));
  for (const name of photos) {
    const image = new Image();
    image.src = `/media/${name}`;
    await image.decode().catch(() => null);
  }
  const complaints = {};
  for (const [name, view] of Object.entries(views)) {
    window.show({ ...view, lang: language ?? view.lang });
    await turn();
    while (!stands()) await turn();
    await turn();
    const shown = document.querySelector("main").dataset.scene;
    const found = measure();
    if (shown !== (view.blackout ? "blackout" : view.scene.name)) found.push(`shows ${shown}`);
    if (found.length) complaints[name] = found;
  }
  return complaints;
}
