"use strict";
(function () {
  var root = document.documentElement, byId = document.getElementById.bind(document);
  var scheme = byId("scheme"), dark = matchMedia("(prefers-color-scheme: dark)");
  scheme.hidden = false;
  scheme.addEventListener("click", function () {
    var now = root.dataset.scheme || (dark.matches ? "dark" : "light");
    root.dataset.scheme = now === "dark" ? "light" : "dark";
  });

  var shut = [];
  addEventListener("beforeprint", function () {
    shut = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    shut.forEach(function (d) { d.open = true; });
  });
  addEventListener("afterprint", function () {
    shut.forEach(function (d) { d.open = false; });
  });

  var form = byId("filter");
  if (!form) return;
  var group = byId("filter-group"), member = byId("filter-member"), count = byId("filter-count");
  var quotes = Array.prototype.slice.call(document.querySelectorAll(".quotes article"));
  form.hidden = false;
  function apply() {
    var shown = 0;
    quotes.forEach(function (q) {
      var fits = (!group.value || q.dataset.group === group.value) &&
        (!member.value || q.dataset.members.split(" ").indexOf(member.value) >= 0);
      q.hidden = !fits;
      if (fits) shown += 1;
    });
    count.textContent = shown + " / " + quotes.length;
  }
  form.addEventListener("change", apply);
  addEventListener("hashchange", function () {
    var target = byId(location.hash.slice(1));
    if (target && target.hidden) { form.reset(); apply(); target.scrollIntoView(); }
  });
  apply();
})();
