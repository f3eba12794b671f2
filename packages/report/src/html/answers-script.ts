/**
 * Lets a reader open every answer of a cell: unpacks the cell when its button is pressed, lists its answers by kind or by
 * what is searched for, forty at a time, and fills one in when it is unfolded. Does nothing where a browser cannot unpack.
 * Texts are set as texts, never as markup.
 */
export const answersScript = String.raw`(function(){
if(typeof DecompressionStream==='undefined')return;
var shown=40,unpacked={};
var kinds=[
['All',function(){return true}],
['Right',function(a){return a.correct}],
['Wrong',function(a){return !a.correct&&a.finish_reason!=='error'}],
['Cut off',function(a){return a.finish_reason==='length'}],
['Nothing read',function(a){return a.extracted===null&&a.finish_reason!=='error'}],
['Failed',function(a){return a.finish_reason==='error'}],
['Lost against float',function(a){return a.float_correct===true&&!a.correct}],
['Won against float',function(a){return a.float_correct===false&&a.correct}]];
function node(tag,name,content){
var made=document.createElement(tag);
if(name)made.className=name;
[].concat(content===undefined?[]:content).forEach(function(part){made.append(part)});
return made}
function whole(n){return String(n).replace(/\B(?=(\d{3})+$)/g,'\u202f')}
function quoted(text){return "'"+String(text).replace(/'/g,"'\\''")+"'"}
function unpack(id){
var block=document.getElementById(id);
if(!block)return Promise.resolve({});
if(!unpacked[id]){
var bytes=Uint8Array.from(atob(block.textContent),function(c){return c.charCodeAt(0)});
unpacked[id]=new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).json()}
return unpacked[id]}
function verdict(right){
var glyph=node('span','',right?'✓':'×');
glyph.setAttribute('aria-hidden','true');
return node('span','verdict '+(right?'lossless':'risky'),[glyph,right?'right':'wrong'])}
function unfolded(answer,cell){
var list=node('dl','sample');
function part(name,content){list.append(node('dt','',name),node('dd','',content))}
var question=cell.questions[answer.problem];
if(question!==undefined)part('Question',question);
if(answer.text===undefined)
part('Thinking and answer',['Left out of this file; in the folder of the study: ',
node('code','','thinkbits samples '+quoted(cell.run)+' --problem '+quoted(answer.problem)+' --repeat '+answer.repeat+' --full')]);
else{
if(answer.thinking)part('Thinking',node('details','thought',[
node('summary','',whole(answer.thinking.length)+' characters'),node('pre','',answer.thinking)]));
part('Answer',answer.text===''?node('i','','none'):answer.text)}
part('Judged',answer.reason);
if(answer.float_correct!==undefined)part('Float model',answer.float_correct?'right':'wrong');
return list}
function item(answer,cell){
var tokens=whole(answer.completion_tokens)+(answer.completion_tokens===1?' token':' tokens');
var ended={stop:'',length:', cut off',error:', failed'}[answer.finish_reason];
var made=node('details','',node('summary','',[verdict(answer.correct),' \u2002',
node('bdi','',answer.extracted===null?'nothing readable':answer.extracted),
node('span','meta',[', expected ',node('bdi','',answer.expected),' · '+tokens+ended+' · ',node('bdi','',answer.problem),
cell.repeats?' · repeat '+answer.repeat:''])]));
made.addEventListener('toggle',function(){
if(made.open&&made.children.length===1)made.append(unfolded(answer,cell))});
return made}
function browse(place,cell){
var kind=kinds[0],search=node('input'),bar=node('div','kinds'),list=node('div'),more=node('button'),said=node('p','cut');
search.type='search';search.placeholder='problem, read or expected';search.setAttribute('aria-label','Search answers');
more.type='button';said.setAttribute('role','status');
var buttons=kinds.map(function(each){
var count=cell.answers.filter(each[1]).length,button=node('button','',each[0]+' '+whole(count));
button.type='button';button.hidden=count===0;
button.addEventListener('click',function(){kind=each;list_()});
bar.append(button);return button});
function found(){
var words=search.value.trim().toLowerCase();
return cell.answers.filter(function(a){
return kind[1](a)&&(words===''||[a.problem,a.extracted,a.expected].join('\n').toLowerCase().indexOf(words)>=0)})}
var matching=[];
function add(){
var from=list.children.length;
matching.slice(from,from+shown).forEach(function(answer){list.append(item(answer,cell))});
var left=matching.length-list.children.length;
more.hidden=left===0;more.textContent=whole(Math.min(shown,left))+' more of '+whole(left)}
function list_(){
buttons.forEach(function(button,i){button.setAttribute('aria-pressed',String(kinds[i]===kind))});
matching=found();list.textContent='';
said.textContent=matching.length===0?'No answer is like that.':'';
add()}
search.addEventListener('input',list_);
more.addEventListener('click',add);
place.append(node('div','tools',[bar,search]),said,list,more);
list_()}
document.querySelectorAll('.browser').forEach(function(browser){
var button=browser.querySelector('button'),few=browser.parentNode.querySelector('.few'),name=button.textContent,place=null;
browser.hidden=false;
button.addEventListener('click',function(){
var open=button.getAttribute('aria-expanded')!=='true';
button.setAttribute('aria-expanded',String(open));
button.textContent=open?'A few answers':name;
if(few)few.hidden=open;
if(place){place.hidden=!open;return}
place=node('div','all');browser.append(place);
Promise.all([unpack(browser.dataset.cell),unpack(browser.dataset.questions)]).then(function(parts){
var answers=parts[0];
browse(place,{answers:answers,questions:parts[1],run:browser.dataset.run,
repeats:answers.some(function(a){return a.repeat>0})})
}).catch(function(){place.append(node('p','cut','This part of the file cannot be read.'))})})})
})();`;
