"use strict";
// ast: expressions are interpreted, not compiled, so that the page's policy can forbid eval.
for (const figure of document.querySelectorAll("figure[data-spec]")) {
  const spec = JSON.parse(document.getElementById(figure.dataset.spec).textContent);
  vegaEmbed(figure.querySelector(".chart"), spec, {
    actions: false,
    ast: true,
    renderer: "svg",
    defaultStyle: false,
  }).catch((error) => {
    figure.querySelector(".chart").textContent = "This chart could not be drawn; its table is below.";
    console.error(error);
  });
}
