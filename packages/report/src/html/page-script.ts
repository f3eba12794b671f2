/** The page's only script: a button between light and dark. Without it the page follows the system. */
export const pageScript = `(function(){
var root=document.documentElement,button=document.getElementById('theme'),kept=null;
try{kept=localStorage.getItem('thinkbits-theme')}catch(e){}
if(kept==='light'||kept==='dark')root.dataset.theme=kept;
function now(){return root.dataset.theme||(matchMedia('(prefers-color-scheme:dark)').matches?'dark':'light')}
function show(){button.textContent=now()==='dark'?'Light page':'Dark page'}
button.hidden=false;show();
button.addEventListener('click',function(){
root.dataset.theme=now()==='dark'?'light':'dark';
try{localStorage.setItem('thinkbits-theme',root.dataset.theme)}catch(e){}
show()});
matchMedia('(prefers-color-scheme:dark)').addEventListener('change',show);
})();`;
